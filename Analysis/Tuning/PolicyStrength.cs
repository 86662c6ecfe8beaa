using Steering.Policies;

namespace Steering.Analysis.Tuning;

/// <summary>A policy at a fraction or a multiple of its strength: 0 changes nothing, 1 is the policy, 2 goes twice as far.</summary>
public static class PolicyStrength
{
    /// <summary>The policy at a strength.</summary>
    /// <param name="policy">The policy at strength 1.</param>
    /// <param name="strength">The strength, any finite number.</param>
    /// <returns>A policy whose additions are multiplied by it and whose gains g are 1 + strength · (g − 1).</returns>
    /// <exception cref="SteeringException">The policy has an edit that has no strength between nothing and itself (a clamp, a cap, a floor), or none at all.</exception>
    public static SteeringPolicy At(SteeringPolicy policy, float strength)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (!float.IsFinite(strength))
        {
            throw new SteeringException($"A strength of {strength} was asked for; expected a finite number.");
        }

        return policy.Interventions.Count > 0
            ? policy with { Interventions = [.. policy.Interventions.Select(intervention => At(policy, intervention, strength))] }
            : throw new SteeringException($"The policy '{policy.Name}' edits nothing, so it has no strength.");
    }

    private static Intervention At(SteeringPolicy policy, Intervention intervention, float strength) => intervention with
    {
        Operator = intervention.Operator.AtStrength(strength, intervention.Target)
            ?? throw new SteeringException($"The policy '{policy.Name}' has '{intervention.DisplayName}', and a {intervention.Operator.Word} has no strength between nothing and itself. Tune policies of add, scale, ablate and projectionGain."),
    };
}
