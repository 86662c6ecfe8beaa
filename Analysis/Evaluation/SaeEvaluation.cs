using System.Text.Json;
using Steering.IO;

namespace Steering.Analysis.Evaluation;

/// <summary>What an evaluation found: plain numbers with their definitions on them, to print, compare and store as JSON.</summary>
public sealed record SaeEvaluation
{
    private const int MaximumBytes = 16 << 20;

    /// <summary>Version of the JSON form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Where the autoencoder came from.</summary>
    public required string Sae { get; init; }

    /// <summary>Fingerprint of the autoencoder.</summary>
    public required string SaeSha256 { get; init; }

    /// <summary>Its architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>Its k, or 0.</summary>
    public int K { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of latents D.</summary>
    public required int LatentCount { get; init; }

    /// <summary>Site, or null.</summary>
    public string? Site { get; init; }

    /// <summary>Name of the model, or null.</summary>
    public string? ModelName { get; init; }

    /// <summary>Fingerprint of the model's weights, or null.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>What the text was, or null.</summary>
    public string? Corpus { get; init; }

    /// <summary>Number of windows read; 0 where rows came without windows.</summary>
    public int Windows { get; init; }

    /// <summary>Tokens counted.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens left out: position 0 and massive activations, as the options say.</summary>
    public long TokensLeftOut { get; init; }

    /// <summary>How well reconstructions stand for what they reconstruct.</summary>
    public required ReconstructionMetrics Reconstruction { get; init; }

    /// <summary>How sparse the activations are.</summary>
    public required SparsityMetrics Sparsity { get; init; }

    /// <summary>What the model loses; null where it was not measured.</summary>
    public CrossEntropyMetrics? CrossEntropy { get; init; }

    /// <summary>How much latents repeat each other; null where the autoencoder is wider than the options allow.</summary>
    public RedundancyMetrics? Redundancy { get; init; }

    /// <summary>Seconds that the evaluation took.</summary>
    public double Seconds { get; init; }

    /// <summary>The JSON form, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJsonContext.Default.SaeEvaluation);

    /// <summary>Reads the JSON form.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is missing or no such JSON.</exception>
    public static SaeEvaluation Load(string path)
    {
        var bytes = ReadableFile.ReadAllBytes(path, MaximumBytes);
        using (StrictJson.Parse(path, bytes))
        {
        }

        try
        {
            var evaluation = JsonSerializer.Deserialize(bytes, EvaluationJsonContext.Default.SaeEvaluation)!;
            return evaluation.Version == 1
                ? evaluation
                : throw new SteeringException(FormattableString.Invariant($"{path} is an evaluation of version {evaluation.Version}; this version of the library reads version 1."));
        }
        catch (JsonException failure)
        {
            throw new SteeringException($"{path} is no evaluation: {JsonReason.Of(failure)}", failure);
        }
    }

    /// <summary>Writes the JSON form, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToJson() + "\n");
}

/// <summary>Everything an evaluation gave.</summary>
/// <param name="Summary">The numbers.</param>
/// <param name="Latents">What each latent did.</param>
/// <param name="Neighbours">Similar latents of each latent, or null where they were not computed.</param>
/// <param name="Examples">Top examples, or null where none were asked for.</param>
public sealed record SaeEvaluationResult(SaeEvaluation Summary, LatentStatistics Latents, DecoderNeighbours? Neighbours, TopExamples? Examples);
