using Steering.Policies;

namespace Steering.Compilation;

/// <summary>
/// One intervention after compilation. Gates that look at the current token run in the graph; what is decided between
/// tokens (span, latch, callback, step) is here, and a row that is switched off gets neutral dials.
/// </summary>
public sealed record CompiledIntervention
{
    /// <summary>Name shown to people and telemetry.</summary>
    public required string Name { get; init; }

    /// <summary>Which tokens the intervention may touch.</summary>
    public required InterventionSpan Span { get; init; }

    /// <summary>The rows that it turns.</summary>
    public required IReadOnlyList<RowAddress> Rows { get; init; }

    /// <summary>For a gate latched on the prompt: the row whose largest activation over the prompt decides; else null.</summary>
    public RowAddress? LatchRow { get; init; }

    /// <summary>Threshold of the latch, strict.</summary>
    public float LatchThreshold { get; init; }

    /// <summary>First prompt position that the latch looks at: 1 where position 0 is left alone, else 0.</summary>
    public int LatchFirstPosition { get; init; }

    /// <summary>For a callback gate: the name under which the application registered it; else null.</summary>
    public string? Callback { get; init; }

    /// <summary>Whether it acts at the last token of each reasoning step only.</summary>
    public bool AtStepEnds { get; init; }
}
