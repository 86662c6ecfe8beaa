using System.Globalization;
using System.Text.Json;
using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>
/// a' = a·(1 − s·P(concept | a))^γ, with P taken as 0 below the floor θ: what only the concept produces goes to 0, what it
/// shares stays in proportion. APP (arXiv 2508.15094, in our reconstruction) is the default; strength, exponent and floor
/// are ours. Features only.
/// </summary>
public sealed record AttenuateOperator : SteeringOperator
{
    /// <summary>Largest exponent γ.</summary>
    public const float LargestExponent = 16;

    private static readonly string[] Fields = ["strength", "exponent", "floor", "posteriors"];

    internal static OperatorSyntax Json { get; } = new("attenuate", ["attenuation"], "its numbers stand under 'attenuation'", Read)
    {
        Objects = [("attenuation", Fields), ("gaussianPosterior", GaussianFeaturePosterior.Fields), ("tablePosterior", TableFeaturePosterior.Fields)],
    };

    /// <summary>Strength s. Default 1. Below 0 it amplifies what belongs to the concept.</summary>
    public float Strength { get; init; } = 1;

    /// <summary>Exponent γ, above 0. Default 1. Another one needs a strength in (0, 1].</summary>
    public float Exponent { get; init; } = 1;

    /// <summary>Floor θ in [0, 1): a posterior below it counts as 0. Default 0.</summary>
    public float Floor { get; init; }

    /// <summary>One posterior a feature, in the target's order.</summary>
    public required IReadOnlyList<FeaturePosterior> Posteriors
    {
        get;
        init => field = ValueList<FeaturePosterior>.Of(value);
    }

    internal override OperatorSyntax Syntax => Json;

    /// <summary>The same operator with the difference between graph and offline function measured for every posterior.</summary>
    /// <exception cref="SteeringException">A posterior never reaches the floor, or cannot be carried within 1e-3 of the activation.</exception>
    public AttenuateOperator Measured() => this with
    {
        Posteriors = [.. Posteriors.Select((posterior, index) => posterior with { Error = (float)Located.At(FormattableString.Invariant($"posteriors[{index}]"), () => AttenuationResponse.Of(this, posterior).Error) })],
    };

    internal override string? Unfit(InterventionTarget target) => target is DirectionTarget ? ForMeasuredFeatures : null;

    internal override void CheckNumbers(OperatorCheck check)
    {
        var attenuation = check.At("attenuation");
        attenuation.At("strength").Require(float.IsFinite(Strength) && Strength != 0, $"{Strength} is no strength; give a finite number other than 0, which would change nothing.");
        attenuation.At("exponent").Require(Exponent is > 0 and <= LargestExponent, $"{Exponent} is no exponent; give a number above 0 and at most {LargestExponent}.");
        attenuation.At("strength").Require(Exponent == 1 || Strength is > 0 and <= 1, $"{Strength} goes beyond 1 or below 0, where a power other than 1 is not defined; give a strength in (0, 1], or leave the exponent out.");
        attenuation.At("floor").Require(Floor is >= 0 and < 1, $"{Floor} is no floor; give a probability of at least 0 and below 1.");
        attenuation.At("posteriors").Require(Posteriors.Count == check.Features, $"{Posteriors.Count} posteriors for {check.Features} features; give one a feature, in their order.");
        for (var index = 0; index < Posteriors.Count; index++)
        {
            var where = attenuation.At(string.Create(CultureInfo.InvariantCulture, $"posteriors[{index}]"));
            where.Require(Posteriors[index] is not null, $"the posterior is null.");
            Posteriors[index]?.Check(where);
        }
    }

    internal override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("attenuation");
        writer.WriteNumber("strength", Strength);
        PolicyWriter.WriteNumber(writer, "exponent", Exponent == 1 ? null : Exponent);
        PolicyWriter.WriteNumber(writer, "floor", Floor == 0 ? null : Floor);
        writer.WriteStartArray("posteriors");
        foreach (var posterior in Posteriors)
        {
            posterior.Write(writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal override IReadOnlyList<ResponseRow> Responses(int index) => AttenuationResponse.Of(this, Posteriors[index]).Rows;

    internal override string RefuseSecondGate(string gate) =>
        $"attenuate with a floor, or of so sharp a posterior, opens and closes with the feature's own activation already, so it cannot wait for {gate} as well. Use a prompt gate or a callback, or leave the floor out.";

    private static AttenuateOperator? Read(PolicyElement element)
    {
        if (!element.TryGet("attenuation", out var attenuation))
        {
            return element.Missing<AttenuateOperator>("attenuation", "attenuate needs an 'attenuation' with one posterior a feature; 'steer concept select' writes it.");
        }

        if (!attenuation.IsObject("an attenuation", Fields)
            || !attenuation.Require("posteriors", "a list with one posterior a feature", out var list)
            || !list.IsArray("posteriors", SteeringPolicy.MaximumFeatures))
        {
            return null;
        }

        FeaturePosterior?[] posteriors = [.. list.Items().Select(FeaturePosterior.Read)];
        var made = new AttenuateOperator { Posteriors = [.. posteriors.OfType<FeaturePosterior>()] };
        made = made with
        {
            Strength = attenuation.Number("strength") ?? made.Strength,
            Exponent = attenuation.Number("exponent") ?? made.Exponent,
            Floor = attenuation.Number("floor") ?? made.Floor,
        };
        return posteriors.Contains(null) ? null : made;
    }
}
