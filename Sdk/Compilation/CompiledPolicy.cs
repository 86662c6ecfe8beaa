namespace Steering.Compilation;

/// <summary>A policy resolved against one model: what to plug in at each site, and what the decoder decides between tokens.</summary>
public sealed record CompiledPolicy
{
    /// <summary>A policy without interventions: nothing is plugged in anywhere.</summary>
    public static CompiledPolicy Empty { get; } = new() { Sites = [], Interventions = [] };

    /// <summary>The sites with at least one row, by ascending block.</summary>
    public required IReadOnlyList<SiteProgram> Sites { get; init; }

    /// <summary>The interventions, in the policy's order.</summary>
    public required IReadOnlyList<CompiledIntervention> Interventions { get; init; }

    /// <summary>The features and directions that were asked to be watched beside the edits, in the order asked.</summary>
    public IReadOnlyList<CompiledWatch> Watches { get; init; } = [];

    /// <summary>
    /// The policy whose every edit is the opposite of this one's: x' = x − Σ (f(v) − v)·w. Gates, spans and watches stay. The
    /// control that shows whether it is the direction of a push that matters, or only its size.
    /// </summary>
    public CompiledPolicy Mirrored() => this with { Sites = [.. Sites.Select(site => site with { Write = Array.ConvertAll(site.Write, value => -value) })] };
}

/// <summary>A feature or direction that was asked to be watched.</summary>
/// <param name="Label">What it is, as in <c>main#4514</c>.</param>
/// <param name="Row">The row whose activation it is; several watches and edits may share one.</param>
public sealed record CompiledWatch(string Label, RowAddress Row);
