namespace Steering.Analysis.Behaviours;

/// <summary>What was found at one site.</summary>
public sealed record BehaviourFit
{
    /// <summary>The site.</summary>
    public required string Site { get; init; }

    /// <summary>Behaviours, in the order of the labels.</summary>
    public required IReadOnlyList<Behaviour> Behaviours { get; init; }

    /// <summary>Steps fitted on.</summary>
    public required int TrainingSteps { get; init; }

    /// <summary>Steps kept for detection.</summary>
    public required int HeldOutSteps { get; init; }

    /// <summary>Delimiters left out as massive activations or first tokens.</summary>
    public required int LeftOut { get; init; }

    /// <summary>Number of latents D.</summary>
    public required int Latents { get; init; }

    /// <summary>Mean number of active latents a step.</summary>
    public required double ActiveMean { get; init; }

    /// <summary>Mean cosine silhouette of the behaviours' decoder rows, −1 to 1; null where fewer than two behaviours have latents of their own.</summary>
    public required double? Silhouette { get; init; }

    /// <summary>Map of these rows: behaviour, place.</summary>
    public required IReadOnlyList<(string Behaviour, double X, double Y)> Map { get; init; }

    /// <summary>Share of their variance that the map shows.</summary>
    public required double MapShare { get; init; }

    /// <summary>How well each behaviour is told apart on held-out traces.</summary>
    public required IReadOnlyList<BehaviourDetection> Detections { get; init; }
}

/// <summary>How well one behaviour is told from all other steps on held-out traces.</summary>
/// <param name="Behaviour">Its label.</param>
/// <param name="Steps">Held-out steps.</param>
/// <param name="With">Those that have it.</param>
/// <param name="Scores">One for each way to detect it.</param>
public sealed record BehaviourDetection(string Behaviour, int Steps, int With, IReadOnlyList<DetectionScore> Scores);

/// <summary>How behaviours are fitted.</summary>
public sealed record BehaviourFitOptions
{
    /// <summary>Share of the traces that is kept for detection, 0 to 0.9.</summary>
    public double HeldOut { get; init; } = 0.3;

    /// <summary>Latents of a behaviour vector at most.</summary>
    public int MostLatents { get; init; } = BehaviourVectors.UsualLatents;

    /// <summary>Draws of each control.</summary>
    public int Draws { get; init; } = 20;

    /// <summary>Resamples of the bootstrap.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Of split, controls and bootstrap.</summary>
    public long Seed { get; init; }

    /// <summary>Word lists as a rival, or null.</summary>
    public StepWords? Words { get; init; }
}
