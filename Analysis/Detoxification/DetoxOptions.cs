using Steering.Analysis.Selection;

namespace Steering.Analysis.Detoxification;

/// <summary>How policies against toxicity are fitted.</summary>
public sealed record DetoxOptions
{
    /// <summary>Most features that are turned down. Default: 16.</summary>
    public int Features { get; init; } = 16;

    /// <summary>How they are chosen.</summary>
    public DetoxRanking Ranking { get; init; }

    /// <summary>Largest share of clean texts on which a chosen feature may fire, where the ranking asks for it. Default: 0.05.</summary>
    public double LargestClean { get; init; } = 0.05;

    /// <summary>What gates look at.</summary>
    public DetoxGateKind Gate { get; init; }

    /// <summary>Rate of false positives α, above 0 and below 1: of clean texts for the latched tier, of their tokens for the token tier. Default: 0.01.</summary>
    public double FalsePositives { get; init; } = 0.01;

    /// <summary>Threshold of both gated tiers in the gate's own measure; null: calibrated.</summary>
    public float? Threshold { get; init; }

    /// <summary>
    /// Strength of the tiers in multiples of each feature's largest activation, and of the STA and DiffMean vectors in
    /// multiples of their length; null: as strong as <see cref="Perplexity"/> allows.
    /// </summary>
    public float? Strength { get; init; }

    /// <summary>Largest relative rise of the perplexity of clean texts at every token of which a policy acts. Default: 0.05.</summary>
    public double Perplexity { get; init; } = 0.05;

    /// <summary>To what active features are clamped, in multiples of the largest activation below 0. Default: 0.</summary>
    public float Clamp { get; init; }

    /// <summary>Strength of APP. Default: 1, the method as published.</summary>
    public float AppStrength { get; init; } = 1;

    /// <summary>How dials are learned, where they are. The defaults are gentler and longer than usual: pushes overshoot at larger rates.</summary>
    public DialOptions Dials { get; init; } = new() { Dials = 48, Iterations = 500, LearningRate = 0.02, Penalty = 0.003 };

    /// <summary>What learned dials are taught. Default: that the clean texts are what to say.</summary>
    public DetoxLessonKind Lessons { get; init; }

    /// <summary>Longest sequence in tokens. Default: 256.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Clean texts at most on which costs are measured. Default: 64.</summary>
    public int CostTexts { get; init; } = 64;

    /// <summary>Decides who sees which texts.</summary>
    public int Seed { get; init; }
}

/// <summary>What the texts of a detoxification are.</summary>
public enum DetoxForm
{
    /// <summary>Plain texts. A prompt, where there is one, stands before the text as it is.</summary>
    Text,

    /// <summary>An assistant's turns, each after the user's message that it answers, in the model's chat template.</summary>
    Chat,
}

/// <summary>What the gates of the tiers look at.</summary>
public enum DetoxGateKind
{
    /// <summary>Each feature opens its own gate, as in the tiers of arXiv 2505.14536.</summary>
    Features,

    /// <summary>One probe, the difference of the two kinds' mean residuals, opens the gate of all features.</summary>
    Probe,
}

/// <summary>What learned dials are taught.</summary>
public enum DetoxLessonKind
{
    /// <summary>The clean texts become likelier: the texts are what the model should say in place of what is toxic.</summary>
    Prefer,

    /// <summary>The toxic words of toxic texts become less likely, and clean texts stay as they are: the model's own style stays, whatever that of the texts is.</summary>
    Avoid,

    /// <summary>Both, as two policies.</summary>
    Both,
}

/// <summary>How the toxic features are chosen.</summary>
public enum DetoxRanking
{
    /// <summary>Difference of mean activations among the features that STA keeps and that hardly fire on clean texts.</summary>
    StaFiring,

    /// <summary>Difference of mean activations among those that STA keeps (arXiv 2505.20322).</summary>
    Sta,

    /// <summary>Firing rate on toxic texts among those that hardly fire on clean ones (SAEBench's unlearning filter).</summary>
    Firing,

    /// <summary>Difference of mean activations.</summary>
    Mean,

    /// <summary>ROC-AUC of the activation.</summary>
    Auroc,
}
