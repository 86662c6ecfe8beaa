using Steering.Analysis.Statistics;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// The control that keeps a claim about features honest: the same policy on features drawn at random, which fire about as
/// often and are pushed as far. What a policy does beyond its control is owed to its features, not to the push.
/// </summary>
public static class RandomFeatureControl
{
    /// <summary>Among how many features of the nearest firing rate one is drawn.</summary>
    public const int Neighbours = 32;

    /// <summary>Makes the control of a policy.</summary>
    /// <param name="policy">A policy whose interventions all name features.</param>
    /// <param name="saes">The autoencoder that an id in the policy means; each must have statistics.</param>
    /// <param name="seed">Of the draw; the same seed gives the same control.</param>
    /// <returns>
    /// The policy with every feature replaced by another that the policy does not name. Values are raw and scaled so that
    /// value · ‖decoder row‖ is what it was; an operator without a value (scale, ablate) and the unit residualNorm stay as
    /// they are. Gates stay on their own features.
    /// </returns>
    /// <exception cref="SteeringException">A target is no feature, an autoencoder has no statistics, or too few other features ever fired.</exception>
    public static SteeringPolicy Of(SteeringPolicy policy, Func<string?, SparseAutoencoder> saes, long seed)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(saes);
        policy.Validate();
        var random = new SeededRandom(seed, stream: 0);
        var replaced = new Dictionary<(string? Sae, int Feature), int>();
        var named = policy.Interventions.Select(Target).SelectMany(target => target.Features.Select(feature => (target.Sae, feature))).ToHashSet();
        return policy with
        {
            Name = policy.Name + " (random features)",
            Interventions = [.. policy.Interventions.Select(Replace)],
        };

        Intervention Replace(Intervention intervention)
        {
            var target = Target(intervention);
            var sae = saes(target.Sae);
            int[] others = [.. target.Features.Select(feature => Other(sae, target.Sae, feature))];
            return intervention with
            {
                Target = target with { Features = others },
                Operator = intervention.Operator is ValueOperator valued && intervention.EffectiveUnit != StrengthUnit.ResidualNorm
                    ? valued with { Values = [.. others.Select((other, index) => Value(sae, intervention, target.Features[index], other, index))], Unit = StrengthUnit.Raw }
                    : intervention.Operator,
            };
        }

        int Other(SparseAutoencoder sae, string? id, int feature)
        {
            if (!replaced.TryGetValue((id, feature), out var other))
            {
                other = Draw(sae, feature, candidate => named.Contains((id, candidate)), random);
                replaced.Add((id, feature), other);

                // None is drawn twice: two interventions on one feature could contradict each other.
                named.Add((id, other));
            }

            return other;
        }
    }

    private static FeatureTarget Target(Intervention intervention) => intervention.Target as FeatureTarget
        ?? throw new SteeringException($"'{intervention.DisplayName}' edits a direction; a control with random features is defined for features only.");

    private static float Value(SparseAutoencoder sae, Intervention intervention, int feature, int other, int index)
    {
        var value = intervention.Operator.Value(index);
        var raw = intervention.EffectiveUnit == StrengthUnit.MaxActivation ? value * sae.RequireMaxActivation(feature) : value;
        return (float)(raw * Norm(sae, feature) / Norm(sae, other));
    }

    private static int Draw(SparseAutoencoder sae, int feature, Func<int, bool> isNamed, SeededRandom random)
    {
        var statistics = sae.Statistics ?? throw new SteeringException($"{sae.Source} has no statistics, so that features that fire equally often cannot be found. Make them with 'steer sae stats' or 'steer sae eval --catalogue'.");
        var rates = statistics.FiringFrequency;
        int[] nearest =
        [
            .. Enumerable.Range(0, sae.LatentCount)
                .Where(candidate => !isNamed(candidate) && statistics.MaxActivation.Span[candidate] > 0 && Norm(sae, candidate) > 0)
                .OrderBy(candidate => rates.IsEmpty ? 0 : Math.Abs(Math.Log((rates.Span[candidate] + 1e-9) / (rates.Span[feature] + 1e-9))))
                .Take(rates.IsEmpty ? int.MaxValue : Neighbours),
        ];
        return nearest.Length > 0
            ? nearest[random.Below(nearest.Length)]
            : throw new SteeringException($"{sae.Source} has no other feature that ever fired, to take the place of {feature}.");
    }

    private static double Norm(SparseAutoencoder sae, int feature) => Math.Sqrt(sae.DecoderDirection(feature).Sum(value => (double)value * value));
}
