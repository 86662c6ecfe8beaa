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
