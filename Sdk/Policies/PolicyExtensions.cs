using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>
/// Builds policies in code: each call returns a policy with one intervention more. Strengths of features are multiples
/// of the maximum activation, and of directions raw, unless a unit is given.
/// </summary>
public static class PolicyExtensions
{
    /// <summary>Names an SAE of the policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="id">Id by which features name the SAE.</param>
    /// <param name="path">Folder of the SAE, relative to the policy.</param>
    /// <param name="site">Site of the SAE, where its own configuration names none.</param>
    public static SteeringPolicy WithSae(this SteeringPolicy policy, string id, string path, string? site = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var references = new Dictionary<string, SaeReference>(policy.Saes, StringComparer.Ordinal) { [id] = new SaeReference(path, site) };
        return policy with { Saes = references };
    }

    /// <summary>Adds an intervention.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="intervention">The intervention.</param>
    public static SteeringPolicy With(this SteeringPolicy policy, Intervention intervention)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(intervention);
        return policy with { Interventions = [.. policy.Interventions, intervention] };
    }

    /// <inheritdoc cref="AddOperator"/>
    public static SteeringPolicy Add(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new AddOperator { Values = [value], Unit = unit }, target, gate, span, name));

    /// <inheritdoc cref="ClampOperator"/>
    public static SteeringPolicy Clamp(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new ClampOperator { Values = [value], Unit = unit }, target, gate, span, name));

    /// <inheritdoc cref="ClampWhereActiveOperator"/>
    public static SteeringPolicy ClampWhereActive(this SteeringPolicy policy, FeatureTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new ClampWhereActiveOperator { Values = [value], Unit = unit }, target, gate, span, name));

    /// <inheritdoc cref="CapOperator"/>
    public static SteeringPolicy Cap(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new CapOperator { Values = [value], Unit = unit }, target, gate, span, name));

    /// <inheritdoc cref="FloorOperator"/>
    public static SteeringPolicy Floor(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new FloorOperator { Values = [value], Unit = unit }, target, gate, span, name));

    /// <inheritdoc cref="ScaleOperator"/>
    public static SteeringPolicy Scale(this SteeringPolicy policy, FeatureTarget target, float gain, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new ScaleOperator { Gain = gain }, target, gate, span, name));

    /// <inheritdoc cref="AblateOperator"/>
    public static SteeringPolicy Ablate(this SteeringPolicy policy, InterventionTarget target, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new AblateOperator(), target, gate, span, name));

    /// <inheritdoc cref="ProjectionGainOperator"/>
    public static SteeringPolicy ProjectionGain(this SteeringPolicy policy, DirectionTarget target, float gain, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Edit(new ProjectionGainOperator { Gain = gain }, target, gate, span, name));

    private static Intervention Edit(SteeringOperator operation, InterventionTarget target, Gate? gate, InterventionSpan? span, string? name) =>
        new() { Name = name, Target = target, Operator = operation, Gate = gate ?? Gate.Always, Span = span };
}
