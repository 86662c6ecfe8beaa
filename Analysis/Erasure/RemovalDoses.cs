using Steering.Analysis.Selection;
using Steering.Concepts;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Analysis.Erasure;

/// <summary>
/// The doses of each method, from weak to strong: features at the operators' published settings, more of them for more removal;
/// for a direction its gain, from 1 over 0 (projected out) to the opposite.
/// </summary>
/// <param name="statistics">What features do under each class.</param>
/// <param name="concept">The class that is removed, 0-based.</param>
/// <param name="sae">Id of the SAE.</param>
/// <param name="features">Its features in the order in which they are taken, at least one.</param>
internal sealed class RemovalDoses(ConceptStatistics statistics, int concept, string sae, IReadOnlyList<int> features)
{
    private const double Growth = 1.12;
    private const int GainSteps = 20;
    private const int StrongestGain = -3;

    /// <summary>The doses of a method on features.</summary>
    public IReadOnlyList<RemovalDose> OfFeatures(RemovalMethod method)
    {
        var doses = new List<RemovalDose>();
        for (var count = 1; ; count = Math.Min(features.Count, Math.Max(count + 1, (int)(count * Growth))))
        {
            var taken = count;
            doses.Add(new RemovalDose(taken, null, () => Policy(method, taken)));
            if (count == features.Count)
            {
                return doses;
            }
        }
    }

    /// <summary>The doses of a direction.</summary>
    /// <param name="direction">[d].</param>
    /// <param name="site">Its site.</param>
    public IReadOnlyList<RemovalDose> OfDirection(float[] direction, string site) =>
    [
        .. Enumerable.Range(1, GainSteps * (1 - StrongestGain)).Select(step => 1 - ((double)step / GainSteps)).Select(gain => new RemovalDose(null, gain, () =>
            SteeringPolicy.Create(Name(RemovalMethod.DiffMean)) with
            {
                Interventions = [new Intervention { Target = new DirectionTarget { Values = direction, Site = site }, Operator = new ProjectionGainOperator { Gain = (float)gain } }],
            })),
    ];

    /// <summary>Name of a policy, as in <c>Sports-fullMask</c>.</summary>
    public string Name(RemovalMethod method) => $"{statistics.Concepts[concept].Name}-{Words<RemovalMethod>.Of(method)}";

    private SteeringPolicy Policy(RemovalMethod method, int count)
    {
        var target = new FeatureTarget { Sae = sae, Features = [.. features.Take(count)] };
        return SteeringPolicy.Create(Name(method)) with
        {
            Interventions =
            [
                method switch
                {
                    RemovalMethod.FullMask => new Intervention { Target = target, Operator = new FullMaskOperator() },
                    RemovalMethod.RangeMask => ConceptInterventions.RangeMask(statistics, concept, target),
                    RemovalMethod.Dampen => ConceptInterventions.Dampen(statistics, concept, target),
                    RemovalMethod.Attenuate => ConceptInterventions.Attenuate(statistics, concept, target),
                    _ => throw new ArgumentOutOfRangeException(nameof(method), method, "It edits no features."),
                },
            ],
        };
    }
}

/// <summary>A method at a strength.</summary>
/// <param name="Features">Number of features; null for a direction.</param>
/// <param name="Gain">Factor of a direction's component; null for features.</param>
/// <param name="Make">Makes the policy.</param>
internal sealed record RemovalDose(int? Features, double? Gain, Func<SteeringPolicy> Make);
