using Steering.Concepts;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Analysis.Selection;

/// <summary>Interventions by concept with their numbers, so that a policy needs neither texts nor statistics at run time.</summary>
public static class ConceptInterventions
{
    /// <summary>Attenuates features by posterior probability, from Gaussian fits.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">The concept that is attenuated, 0-based.</param>
    /// <param name="target">The features.</param>
    /// <param name="prior">How priors are set.</param>
    /// <param name="strength">Strength s.</param>
    /// <param name="exponent">Exponent γ.</param>
    /// <param name="floor">Floor θ.</param>
    /// <exception cref="SteeringException">The graph could not follow a posterior within 1e-3, or one never reaches the floor.</exception>
    public static Intervention Attenuate(ConceptStatistics statistics, int concept, FeatureTarget target, ConceptPrior prior = ConceptPrior.Uniform, float strength = 1, float exponent = 1, float floor = 0)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(target);
        int[] order = [concept, .. Enumerable.Range(0, statistics.ConceptCount).Where(other => other != concept)];
        var settings = new AttenuateOperator
        {
            Strength = strength,
            Exponent = exponent,
            Floor = floor,
            Posteriors =
            [
                .. target.Features.Select(latent => new GaussianFeaturePosterior
                {
                    Weights = [.. order.Select(index => (float)(statistics.FiringRate(latent, index) * statistics.Prior(prior, index)))],
                    Means = [.. order.Select(index => (float)statistics.ActiveMean(latent, index))],
                    Deviations = [.. order.Select(index => (float)statistics.ActiveDeviation(latent, index))],
                }),
            ],
        };
        return new Intervention { Target = target, Operator = settings.Measured() };
    }

    /// <summary>Whether the graph can follow a feature's posterior, so that <see cref="Attenuate"/> takes the feature.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">The concept, 0-based.</param>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="strength">Strength s.</param>
    public static bool CanAttenuate(ConceptStatistics statistics, int concept, int latent, float strength = 1)
    {
        try
        {
            _ = Attenuate(statistics, concept, new FeatureTarget { Features = [latent] }, strength: strength);
            return true;
        }
        catch (SteeringException)
        {
            return false;
        }
    }

    /// <summary>Masks the range of a concept.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">The concept, 0-based.</param>
    /// <param name="target">The features.</param>
    /// <param name="tau">Half width of the range in standard deviations.</param>
    public static Intervention RangeMask(ConceptStatistics statistics, int concept, FeatureTarget target, float tau = 2)
    {
        var (means, deviations) = Range(statistics, concept, target);
        return new Intervention { Target = target, Operator = new RangeMaskOperator { Means = means, Deviations = deviations, Tau = tau } };
    }

    /// <summary>Dampens the range of a concept.</summary>
    /// <param name="statistics">What was measured.</param>
    /// <param name="concept">The concept, 0-based.</param>
    /// <param name="target">The features.</param>
    /// <param name="tau">Half width of the range in standard deviations.</param>
    /// <param name="beta">Factor at its edge, or null for the usual one.</param>
    public static Intervention Dampen(ConceptStatistics statistics, int concept, FeatureTarget target, float tau = 2, float? beta = null)
    {
        var (means, deviations) = Range(statistics, concept, target);
        return new Intervention { Target = target, Operator = new DampenOperator { Means = means, Deviations = deviations, Tau = tau, Beta = beta } };
    }

    private static (float[] Means, float[] Deviations) Range(ConceptStatistics statistics, int concept, FeatureTarget target)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(target);
        return ([.. target.Features.Select(latent => (float)statistics.Mean(latent, concept))], [.. target.Features.Select(latent => (float)statistics.Deviation(latent, concept))]);
    }
}
