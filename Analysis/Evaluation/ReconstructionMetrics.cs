using System.Text.Json.Serialization;

namespace Steering.Analysis.Evaluation;

/// <summary>How well reconstructions x̂ stand for residual vectors x, over the tokens that count.</summary>
public sealed record ReconstructionMetrics
{
    /// <summary>FVU: Σ‖x − x̂‖² / Σ‖x − x̄‖², with x̄ the mean over the same tokens. 0 is perfect, 1 no better than the mean.</summary>
    public required double UnexplainedVariance { get; init; }

    /// <summary>EV: 1 − FVU.</summary>
    [JsonIgnore]
    public double ExplainedVariance => 1 - UnexplainedVariance;

    /// <summary>Mean over tokens of ‖x − x̂‖², summed over d.</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>Mean over tokens of ‖x − x̄‖², summed over d.</summary>
    public required double Variance { get; init; }

    /// <summary>Mean over tokens of ⟨x, x̂⟩ / (‖x‖·‖x̂‖); a zero reconstruction counts 0, a zero x is passed over.</summary>
    public required double Cosine { get; init; }

    /// <summary>Mean over tokens of ‖x̂‖/‖x‖; below 1 is shrinkage.</summary>
    public required double RelativeNorm { get; init; }

    /// <summary>γ = Σ‖x̂‖² / Σ⟨x, x̂⟩ (arXiv 2404.16014); 1 is unbiased, below 1 shrunk. NaN where the product is zero.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double RelativeBias { get; init; }

    /// <summary>√(mean ‖x‖²).</summary>
    public required double RootMeanSquareNorm { get; init; }
}
