using System.Globalization;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Cli.Inspection;

/// <summary>Describes policies.</summary>
internal static class PolicyInspector
{
    public static Description Describe(string path)
    {
        var policy = SteeringPolicy.Load(path);
        var count = policy.Interventions.Count;
        var sentence = string.Create(CultureInfo.InvariantCulture, $"A steering policy, '{policy.Name}', with {count} {(count == 1 ? "intervention" : "interventions")}.{(policy.Description is null ? string.Empty : $" {policy.Description}")}");
        return new Description("policy", path, sentence,
        [
            new Fact("name", policy.Name),
            new Fact("version", policy.Version),
            new Fact("description", policy.Description),
            new Fact("skipPositionZero", policy.SkipPositionZero),
            new Fact("saes", policy.Saes.Select(sae => $"{sae.Key} = {sae.Value.Path}{(sae.Value.Site is null ? string.Empty : $" at {sae.Value.Site}")}").ToArray()),
            new Fact("interventions", policy.Interventions.Select(Words).ToArray()),
        ]);
    }

    private static string Words(Intervention intervention)
    {
        var name = intervention.Name is null ? string.Empty : $"{intervention.Name}: ";
        var amount = intervention.Operator switch
        {
            GainOperator { Gain: var gain } => string.Create(CultureInfo.InvariantCulture, $" × {gain}"),
            ValueOperator { Values: var values } => $" {string.Join(", ", values.Take(4).Select(value => value.ToString(CultureInfo.InvariantCulture)))}{(values.Count > 4 ? ", …" : string.Empty)} {Unit(intervention.EffectiveUnit)}",
            _ => string.Empty,
        };
        var span = intervention.EffectiveSpan == InterventionSpan.Both ? string.Empty : $", on the {intervention.EffectiveSpan.ToString().ToLowerInvariant()} only";
        return $"{name}{intervention.Operator.Word} {intervention.Target}{amount}{Gated(intervention.Gate)}{span}";
    }

    private static string Unit(StrengthUnit unit) => unit switch
    {
        StrengthUnit.MaxActivation => "× its maximum activation",
        StrengthUnit.ResidualNorm => "× the residual's norm",
        _ => "(raw)",
    };

    private static string Gated(Gate gate) => gate switch
    {
        ActivationGate activation => string.Create(CultureInfo.InvariantCulture, $", {(gate is TokenGate ? "at tokens" : "if the prompt shows")} where {activation.Target} is above {activation.Threshold}"),
        StepGate => ", where a reasoning step ends",
        CallbackGate callback => $", when the application's '{callback.Name}' says so",
        _ => string.Empty,
    };
}
