using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>What an experiment found. The same experiment gives the same result on the same machine, interrupted or not.</summary>
public sealed record ExperimentResult
{
    /// <summary>Name of the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Where the prompts come from.</summary>
    public required string Source { get; init; }

    /// <summary>Number of prompts.</summary>
    public required int Prompts { get; init; }

    /// <summary>Replies to each.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Softmax temperature.</summary>
    public required float Temperature { get; init; }

    /// <summary>Largest number of tokens of a reply.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>What wrote the replies, <c>batch</c> or <c>genai</c>: the same seed gives one other replies than the other.</summary>
    public required string Decoder { get; init; }

    /// <summary>The judges.</summary>
    public required IReadOnlyList<JudgeSummary> Judges { get; init; }

    /// <summary>The conditions, the unsteered one first.</summary>
    public required IReadOnlyList<ConditionResult> Conditions { get; init; }

    /// <summary>The controls that are not there, each with the reason.</summary>
    public required IReadOnlyList<MissingControl> MissingControls { get; init; }

    /// <summary>What a reader must know to read the numbers rightly.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Prompts with the replies side by side.</summary>
    public required IReadOnlyList<ExamplePrompt> Examples { get; init; }

    /// <summary>The result as UTF-8 JSON.</summary>
    /// <param name="indented">Over several lines, for people; otherwise on one.</param>
    public byte[] ToJson(bool indented = true) => JsonSerializer.SerializeToUtf8Bytes(this, (indented ? ExperimentJsonContext.Indented : ExperimentJsonContext.OneLine).ExperimentResult);
}

/// <summary>A control that an experiment does not have, and why.</summary>
/// <param name="Policy">The policy that it would be the control of; null where it is one for all.</param>
/// <param name="Control">Which control.</param>
/// <param name="Reason">Why it is not there, in a sentence.</param>
public sealed record MissingControl(string? Policy, ConditionKind Control, string Reason);

/// <summary>Multiple choice by log-likelihood under one condition.</summary>
/// <param name="Groups">All questions, and where classes are named those of the target and of the complement.</param>
/// <param name="SideEffects">Answers that changed, and that became wrong; null for the unsteered condition.</param>
/// <param name="Unavailable">Why it could not be measured; then there are no groups.</param>
public sealed record ChoiceResult(IReadOnlyList<ChoiceGroup> Groups, SideEffects? SideEffects, string? Unavailable = null);

/// <summary>A perplexity, exp(−Σ ln p / tokens), and how far it is from the unsteered one.</summary>
/// <param name="Value">The perplexity; null where it could not be measured.</param>
/// <param name="Tokens">Tokens that were scored.</param>
/// <param name="Relative">Perplexity divided by the unsteered one, minus 1.</param>
/// <param name="RelativeInterval">95 % interval of the same, bootstrapped over prompts or documents.</param>
/// <param name="Unavailable">Why it could not be measured.</param>
public sealed record PerplexityResult(double? Value, long Tokens, double? Relative = null, Interval? RelativeInterval = null, string? Unavailable = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExperimentResult))]
internal sealed partial class ExperimentJsonContext : JsonSerializerContext
{
    public static ExperimentJsonContext Indented { get; } = new(Settings(indented: true));

    public static ExperimentJsonContext OneLine { get; } = new(Settings(indented: false));

    // Results go to a file or a program, never into a web page: text stays readable.
    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<ConditionKind>(JsonNamingPolicy.CamelCase), new JsonStringEnumConverter<JudgeAim>(JsonNamingPolicy.CamelCase) },
    };
}
