using System.Globalization;

namespace Steering.Policies;

/// <summary>Checks the numbers of the operators by concept: attenuate, rangeMask, dampen and fullMask.</summary>
internal static class ConceptSettingsValidator
{
    /// <summary>Largest exponent γ.</summary>
    public const float LargestExponent = 16;

    /// <summary>Whether the operator is one of those by concept, which are for features.</summary>
    public static bool IsByConcept(SteeringOperator kind) =>
        kind is SteeringOperator.Attenuate or SteeringOperator.RangeMask or SteeringOperator.Dampen or SteeringOperator.FullMask;

    public static void Check(Intervention intervention, string path, ProblemList problems)
    {
        var word = Words<SteeringOperator>.Of(intervention.Operator);
        var features = intervention.Target is FeatureTarget target ? target.Features.Count : 0;
        if (intervention.Operator == SteeringOperator.Attenuate != intervention.Attenuation is not null)
        {
            problems.Add($"{path}.attenuation", intervention.Attenuation is null ? "attenuate needs an 'attenuation' with one posterior a feature; 'steer concept select' writes it." : $"{word} takes no attenuation; that is for attenuate.");
        }
        else if (intervention.Attenuation is { } attenuation)
        {
            CheckAttenuation(attenuation, features, $"{path}.attenuation", problems);
        }

        if (intervention.Operator is SteeringOperator.RangeMask or SteeringOperator.Dampen != intervention.Range is not null)
        {
            problems.Add($"{path}.range", intervention.Range is null ? $"{word} needs a 'range' with the mean and deviation of each feature; 'steer concept select' writes it." : $"{word} takes no range; that is for rangeMask and dampen.");
        }
        else if (intervention.Range is { } range)
        {
            CheckRange(range, intervention.Operator, features, $"{path}.range", problems);
        }
    }

    private static void CheckAttenuation(AttenuationSettings settings, int features, string path, ProblemList problems)
    {
        Require(float.IsFinite(settings.Strength) && settings.Strength != 0, $"{path}.strength", $"{settings.Strength} is no strength; give a finite number other than 0, which would change nothing.", problems);
        Require(settings.Exponent is > 0 and <= LargestExponent, $"{path}.exponent", $"{settings.Exponent} is no exponent; give a number above 0 and at most {LargestExponent}.", problems);
        Require(settings.Exponent == 1 || settings.Strength is > 0 and <= 1, $"{path}.strength", $"{settings.Strength} goes beyond 1 or below 0, where a power other than 1 is not defined; give a strength in (0, 1], or leave the exponent out.", problems);
        Require(settings.Floor is >= 0 and < 1, $"{path}.floor", $"{settings.Floor} is no floor; give a probability of at least 0 and below 1.", problems);
        Require(settings.Posteriors.Count == features, $"{path}.posteriors", $"{settings.Posteriors.Count} posteriors for {features} features; give one a feature, in their order.", problems);
        for (var index = 0; index < settings.Posteriors.Count; index++)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{path}.posteriors[{index}]");
            switch (settings.Posteriors[index])
            {
                case GaussianFeaturePosterior gaussian:
                    CheckGaussian(gaussian, where, problems);
                    break;
                case TableFeaturePosterior table:
                    CheckTable(table, where, problems);
                    break;
                default:
                    problems.Add(where, "the posterior is null.");
                    continue;
            }

            Require(settings.Posteriors[index].Error is null or (>= 0 and <= 1), $"{where}.error", $"{settings.Posteriors[index].Error} is no error of a factor; it lies between 0 and 1.", problems);
        }
    }

    private static void CheckGaussian(GaussianFeaturePosterior posterior, string path, ProblemList problems)
    {
        var count = posterior.Weights.Count;
        Require(count is >= 2 and <= ConceptSettingsReader.MaximumConcepts && posterior.Means.Count == count && posterior.Deviations.Count == count, path, $"{count} weights, {posterior.Means.Count} means and {posterior.Deviations.Count} deviations; give as many of each, at least two, the attenuated concept first.", problems);
        Require(posterior.Weights.All(weight => weight >= 0 && float.IsFinite(weight)) && posterior.Weights.Any(weight => weight > 0), $"{path}.weights", $"the weights must be finite, at least 0 and not all 0.", problems);
        Require(posterior.Means.All(float.IsFinite), $"{path}.means", $"the means must be finite.", problems);
        Require(posterior.Deviations.All(deviation => deviation > 0 && float.IsFinite(deviation)), $"{path}.deviations", $"the deviations must be finite and above 0.", problems);
    }

    private static void CheckTable(TableFeaturePosterior posterior, string path, ProblemList problems)
    {
        Require(posterior.Knots.Count is >= 1 and <= ConceptSettingsReader.MaximumKnots && posterior.Values.Count == posterior.Knots.Count, path, $"{posterior.Knots.Count} knots with {posterior.Values.Count} values; give as many of each, at least one and at most {ConceptSettingsReader.MaximumKnots}.", problems);
        Require(posterior.Knots.All(knot => knot >= 0 && float.IsFinite(knot)) && posterior.Knots.Zip(posterior.Knots.Skip(1)).All(pair => pair.First < pair.Second), $"{path}.knots", $"the knots must ascend from 0 or more.", problems);
        Require(posterior.Values.All(value => value is >= 0 and <= 1), $"{path}.values", $"the values are probabilities between 0 and 1.", problems);
    }

    private static void CheckRange(RangeSettings settings, SteeringOperator kind, int features, string path, ProblemList problems)
    {
        Require(settings.Tau > 0 && float.IsFinite(settings.Tau), $"{path}.tau", $"{settings.Tau} is no half width; give a finite number of deviations above 0, or use fullMask.", problems);
        Require(settings.Means.Count == features && settings.Deviations.Count == features, path, $"{settings.Means.Count} means and {settings.Deviations.Count} deviations for {features} features; give one a feature, in their order.", problems);
        Require(settings.Means.All(float.IsFinite), $"{path}.means", $"the means must be finite.", problems);
        Require(settings.Deviations.All(deviation => deviation >= 0 && float.IsFinite(deviation)), $"{path}.deviations", $"the deviations must be finite and at least 0.", problems);
        Require(settings.Beta is null || (kind == SteeringOperator.Dampen && settings.Beta is >= 0 and <= 1), $"{path}.beta", $"{(kind == SteeringOperator.Dampen ? "beta is the factor at the edge of the range, from 0 to 1" : "rangeMask takes no beta; that is for dampen")}.", problems);
    }

    private static void Require(bool condition, string path, FormattableString sentence, ProblemList problems)
    {
        if (!condition)
        {
            problems.Add(path, sentence.ToString(CultureInfo.InvariantCulture));
        }
    }
}
