using Steering.Policies;

namespace Steering.Cli.CommandLine;

/// <summary>Which SAEs a policy needs.</summary>
internal static class PolicySaes
{
    /// <summary>Ids that a policy's targets and gates name without saying where the SAE lies.</summary>
    /// <param name="policy">The policy.</param>
    public static IEnumerable<string> Unplaced(SteeringPolicy policy) => policy.Interventions
        .SelectMany(intervention => (InterventionTarget?[])[intervention.Target, (intervention.Gate as ActivationGate)?.Target])
        .OfType<FeatureTarget>()
        .Select(target => target.Sae)
        .OfType<string>()
        .Where(id => !policy.Saes.ContainsKey(id))
        .Distinct(StringComparer.Ordinal);
}
