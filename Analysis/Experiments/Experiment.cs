using Steering.Analysis.Judges;

namespace Steering.Analysis.Experiments;

/// <summary>What an experiment file says: model, prompts, policies, judges, samples, seed. docs/evaluate.md describes the file field by field.</summary>
public sealed record Experiment
{
    /// <summary>Largest experiment file, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the experiment.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Model folder or name, as the file has it.</summary>
    public required string Model { get; init; }

    /// <summary>Whether SAEs of another model of the same width are accepted.</summary>
    public bool AllowOtherModel { get; init; }

    /// <summary>The autoencoders by id.</summary>
    public IReadOnlyDictionary<string, ExperimentSae> Saes { get; init; } = new Dictionary<string, ExperimentSae>(StringComparer.Ordinal);

    /// <summary>The policies under test, at least one.</summary>
    public required IReadOnlyList<ExperimentPolicy> Policies { get; init; }

    /// <summary>Which prompts.</summary>
    public required PromptSettings Prompts { get; init; }

    /// <summary>The judges, at least one.</summary>
    public required IReadOnlyList<ExperimentJudge> Judges { get; init; }

    /// <summary>Whether the file says which judges chose the policies.</summary>
    public bool SaysWhatChose { get; init; }

    /// <summary>Replies to each prompt, at least 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Seed of prompts, replies and intervals.</summary>
    public int Seed { get; init; }

    /// <summary>Softmax temperature, ≥ 0.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the k most probable tokens; null keeps all.</summary>
    public int? TopK { get; init; }

    /// <summary>Keep the most probable tokens that sum to p; null keeps all.</summary>
    public float? TopP { get; init; }

    /// <summary>Largest number of tokens of a reply.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>The system message of the prompting control; null where the file names none.</summary>
    public string? SystemMessage { get; init; }

    /// <summary>The texts of the dense control; null where the file names none.</summary>
    public DiffMeanSettings? DiffMean { get; init; }

    /// <summary>Controls that the file leaves out by name.</summary>
    public IReadOnlyList<ConditionKind> LeaveOut { get; init; } = [];

    /// <summary>Multiple choice; null for none.</summary>
    public ChoiceSettings? Choices { get; init; }

    /// <summary>Neutral text; null for none.</summary>
    public TextSettings? Text { get; init; }

    /// <summary>How many prompts the report shows with their replies side by side.</summary>
    public int Examples { get; init; } = 5;

    /// <summary>Folder from which the file's relative paths start.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;
}

/// <summary>A policy under test.</summary>
/// <param name="Name">What the results call it.</param>
/// <param name="Given">File or name, as the experiment has it.</param>
public sealed record ExperimentPolicy(string Name, string Given);

/// <summary>An autoencoder that an experiment's policies may name.</summary>
/// <param name="Given">Folder or name, as the file has it.</param>
/// <param name="Site">Site that it belongs to; null takes its own.</param>
public sealed record ExperimentSae(string Given, string? Site);

/// <summary>From what the dense control is made.</summary>
/// <param name="Towards">Full path of texts, one a line, of the kind that is wanted.</param>
/// <param name="Away">Full path of texts of the kind that is not.</param>
/// <param name="Site">Where the direction acts; null is the last site that the policy edits.</param>
public sealed record DiffMeanSettings(string Towards, string Away, string? Site);

/// <summary>Multiple choice by log-likelihood.</summary>
/// <param name="File">Full path of a JSON-lines file: <c>{"question", "choices", "answer", "class"}</c>.</param>
/// <param name="Target">Classes of which the policies are to remove what the model knows; all others are the complement.</param>
/// <param name="Chat">Whether the question goes through the chat template; otherwise the choice continues it as it stands.</param>
/// <param name="PerToken">Whether a choice's log-likelihood is divided by its number of tokens.</param>
public sealed record ChoiceSettings(string File, IReadOnlyList<string> Target, bool Chat, bool PerToken);

/// <summary>Which prompts an experiment takes.</summary>
/// <param name="Source">A file (.txt with one a line, .jsonl, .csv, .tsv, .parquet), or a name that the host knows, as <c>sandbox:friendly</c>.</param>
/// <param name="Form">What the file's texts are.</param>
/// <param name="Field">Field or column of the text; null for the usual one.</param>
/// <param name="Count">How many prompts, drawn with the experiment's seed; null takes all of a file.</param>
public sealed record PromptSettings(string Source, PromptForm Form, string? Field, int? Count);

/// <summary>Neutral text whose perplexity is measured under the steered model: what a policy costs where it has nothing to do.</summary>
/// <param name="File">Full path of a corpus.</param>
/// <param name="Field">Field or column of the text; null for the usual one.</param>
/// <param name="Documents">How many documents are taken, from the first on.</param>
/// <param name="Tokens">How many tokens of each.</param>
public sealed record TextSettings(string File, string? Field, int Documents, int Tokens);

/// <summary>What the texts of a prompt file are.</summary>
public enum PromptForm
{
    /// <summary>A user's message, put through the model's chat template.</summary>
    Chat,

    /// <summary>A conversation, <c>{"messages": [{"role": …, "content": …}]}</c> on each line, put through the chat template.</summary>
    Conversation,

    /// <summary>A text that is continued as it stands.</summary>
    Text,
}

/// <summary>A judge in its part in an experiment.</summary>
/// <param name="Judge">The judge.</param>
/// <param name="Kind">Its kind, as the file names it.</param>
/// <param name="Aim">What the policies are meant to do with its rate.</param>
/// <param name="Chose">Whether the policies were chosen with it, so that its verdict on them is flattering.</param>
public sealed record ExperimentJudge(IReplyJudge Judge, string Kind, JudgeAim Aim, bool Chose);

/// <summary>What the policies are meant to do with the rate of a judge.</summary>
public enum JudgeAim
{
    /// <summary>Lower it.</summary>
    Lower,

    /// <summary>Raise it.</summary>
    Raise,

    /// <summary>Keep it up: the judge counts something good that must not suffer, as well-formed replies.</summary>
    Keep,
}
