namespace Steering.Policies;

/// <summary>Reads the numbers of the operators by concept.</summary>
internal static class ConceptSettingsReader
{
    /// <summary>Most knots of a table.</summary>
    public const int MaximumKnots = 4096;

    /// <summary>Most concepts of a posterior.</summary>
    public const int MaximumConcepts = 1024;

    /// <summary>Reads an attenuation; null when problems were noted.</summary>
    public static AttenuationSettings? ReadAttenuation(PolicyElement element)
    {
        if (!element.IsObject("an attenuation", PolicyFields.Attenuation)
            || !element.Require("posteriors", "a list with one posterior a feature", out var list)
            || !list.IsArray("posteriors", SteeringPolicy.MaximumFeatures))
        {
            return null;
        }

        FeaturePosterior?[] posteriors = [.. list.Items().Select(ReadPosterior)];
        var settings = new AttenuationSettings { Posteriors = [.. posteriors.OfType<FeaturePosterior>()] };
        settings = settings with
        {
            Strength = InterventionReader.ReadNumber(element, "strength") ?? settings.Strength,
            Exponent = InterventionReader.ReadNumber(element, "exponent") ?? settings.Exponent,
            Floor = InterventionReader.ReadNumber(element, "floor") ?? settings.Floor,
        };
        return posteriors.Contains(null) ? null : settings;
    }

    /// <summary>Reads a range; null when problems were noted.</summary>
    public static RangeSettings? ReadRange(PolicyElement element)
    {
        if (!element.IsObject("a range", PolicyFields.Range)
            || !Numbers(element, "means", SteeringPolicy.MaximumFeatures, out var means)
            || !Numbers(element, "deviations", SteeringPolicy.MaximumFeatures, out var deviations))
        {
            return null;
        }

        var settings = new RangeSettings { Means = means, Deviations = deviations, Beta = InterventionReader.ReadNumber(element, "beta") };
        return settings with { Tau = InterventionReader.ReadNumber(element, "tau") ?? settings.Tau };
    }

    private static FeaturePosterior? ReadPosterior(PolicyElement element)
    {
        if (element.Has("knots"))
        {
            return element.IsObject("a posterior as a table", PolicyFields.TablePosterior)
                && Numbers(element, "knots", MaximumKnots, out var knots) && Numbers(element, "values", MaximumKnots, out var values)
                ? new TableFeaturePosterior { Knots = knots, Values = values, Error = InterventionReader.ReadNumber(element, "error") }
                : null;
        }

        return element.IsObject("a posterior of Gaussians (a table has 'knots')", PolicyFields.GaussianPosterior)
            && Numbers(element, "weights", MaximumConcepts, out var weights)
            && Numbers(element, "means", MaximumConcepts, out var means)
            && Numbers(element, "deviations", MaximumConcepts, out var deviations)
            ? new GaussianFeaturePosterior { Weights = weights, Means = means, Deviations = deviations, Error = InterventionReader.ReadNumber(element, "error") }
            : null;
    }

    private static bool Numbers(PolicyElement element, string field, int maximum, out IReadOnlyList<float> numbers)
    {
        numbers = [];
        if (!element.Require(field, "a list of numbers", out var list))
        {
            return false;
        }

        numbers = InterventionReader.ReadNumbers(list, maximum);
        return true;
    }
}
