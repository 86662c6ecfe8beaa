using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steering.Saes;

/// <summary>
/// How an autoencoder was trained and what that reached, as it travels with the weights: <c>metadata.steering_training</c>
/// of a SAELens folder and the metadata of exported graphs. Everything may be missing.
/// </summary>
public sealed record SaeTrainingSummary
{
    /// <summary>Kind that was trained, as in <c>batchtopk</c>; the folder's architecture says what is left of it at inference.</summary>
    public string? Kind { get; init; }

    /// <summary>What trained it, with its version.</summary>
    public string? Tool { get; init; }

    /// <summary>The texts, in words: file names, a dataset's name.</summary>
    public string? Dataset { get; init; }

    /// <summary>Tokens trained on.</summary>
    public long? Tokens { get; init; }

    /// <summary>Optimiser steps.</summary>
    public long? Steps { get; init; }

    /// <summary>Wall-clock seconds of training.</summary>
    public double? Seconds { get; init; }

    /// <summary>Tokens of a context window.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Largest learning rate.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Seed of the initialisation and the data order.</summary>
    public long? Seed { get; init; }

    /// <summary>Fraction of variance unexplained on held-out tokens, 0 to 1 (sums over the whole set, then one division).</summary>
    public double? Fvu { get; init; }

    /// <summary>Mean number of active latents a token.</summary>
    public double? L0 { get; init; }

    /// <summary>Share of latents that count as dead, 0 to 1.</summary>
    public double? DeadShare { get; init; }

    /// <summary>What counts as dead, as in <c>no activation in 614400 tokens</c>.</summary>
    public string? DeadDefinition { get; init; }

    /// <summary>Share of the cross-entropy recovered: (zero − spliced)/(zero − clean).</summary>
    public double? CrossEntropyRecovered { get; init; }

    /// <summary>Further settings and results, by name.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }

    /// <summary>The summary as one line of JSON, without what is missing.</summary>
    /// <exception cref="SteeringException">A number is NaN or infinite.</exception>
    public string ToJson()
    {
        foreach (var (name, value) in new[] { (nameof(Seconds), Seconds), (nameof(LearningRate), LearningRate), (nameof(Fvu), Fvu), (nameof(L0), L0), (nameof(DeadShare), DeadShare), (nameof(CrossEntropyRecovered), CrossEntropyRecovered) })
        {
            if (value is { } number && !double.IsFinite(number))
            {
                throw new SteeringException($"The training summary's {name} is {number}; give a finite number, or none.");
            }
        }

        return JsonSerializer.Serialize(this, SaeTrainingSummaryJson.Default.SaeTrainingSummary);
    }

    /// <summary>Reads a summary back; unknown keys, as of a later version, are passed over.</summary>
    internal static SaeTrainingSummary Parse(string path, JsonElement element)
    {
        try
        {
            return element.Deserialize(SaeTrainingSummaryJson.Default.SaeTrainingSummary)
                ?? throw new SteeringException($"{path}: the training summary is null; remove it.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new SteeringException($"{path}: the training summary cannot be read: {failure.Message}", failure);
        }
    }
}

/// <summary>Generated serialisation of the summary.</summary>
[JsonSerializable(typeof(SaeTrainingSummary))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SaeTrainingSummaryJson : JsonSerializerContext;
