using Steering.Policies;

namespace Steering.Compilation;

/// <summary>Refuses interventions that edit the same latent or direction at the same tokens in ways that do not add up.</summary>
internal sealed class ConflictCheck
{
    private readonly Dictionary<(SiteDraft Site, object Key), List<(Intervention Intervention, string Where)>> _edits = [];

    /// <summary>Notes an edit.</summary>
    /// <exception cref="SteeringException">Another intervention edits the same thing.</exception>
    public void Add(ResolvedTarget target, Intervention intervention, string where)
    {
        var key = (target.Site, target.Key);
        if (!_edits.TryGetValue(key, out var others))
        {
            _edits.Add(key, others = []);
        }

        foreach (var (other, otherWhere) in others)
        {
            var additive = other.Operator.IsAdditive && intervention.Operator.IsAdditive;
            if (!additive && Overlap(other.EffectiveSpan, intervention.EffectiveSpan))
            {
                throw new SteeringException($"{otherWhere} and {where} both edit {target.Label} at {target.Site.Site.Name}, and their result would depend on an order that policies do not have. Only several adds stack: keep one of the two, or give them spans that do not overlap.");
            }
        }

        others.Add((intervention, where));
    }

    private static bool Overlap(InterventionSpan left, InterventionSpan right) =>
        left == right || left == InterventionSpan.Both || right == InterventionSpan.Both;
}
