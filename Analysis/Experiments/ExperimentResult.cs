using System.Text.Json;

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
