namespace Steering.Analysis.Experiments;

/// <summary>How many verdicts a condition changed against the unsteered model, answered with the same draws, and how many for the worse (CorrSteer's side-effect rate, arXiv 2508.12535).</summary>
/// <param name="Changed">Pairs whose verdicts differ.</param>
/// <param name="Worsened">Those of them where the condition has the worse one.</param>
/// <param name="Rate">Worsened divided by changed; null where nothing changed.</param>
public sealed record SideEffects(int Changed, int Worsened, double? Rate)
{
    /// <summary>Counts pairs.</summary>
    /// <param name="pairs">Whether the unsteered and the condition's reply are good.</param>
    internal static SideEffects Of(IEnumerable<(bool Before, bool After)> pairs)
    {
        var (changed, worsened) = (0, 0);
        foreach (var (before, after) in pairs)
        {
            changed += before != after ? 1 : 0;
            worsened += before && !after ? 1 : 0;
        }

        return new SideEffects(changed, worsened, changed == 0 ? null : (double)worsened / changed);
    }
}
