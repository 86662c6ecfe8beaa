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

    /// <inheritdoc cref="SteeringOperator.Add"/>
    public static SteeringPolicy Add(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Strength(SteeringOperator.Add, target, value, unit, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.Clamp"/>
    public static SteeringPolicy Clamp(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Strength(SteeringOperator.Clamp, target, value, unit, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.ClampWhereActive"/>
    public static SteeringPolicy ClampWhereActive(this SteeringPolicy policy, FeatureTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Strength(SteeringOperator.ClampWhereActive, target, value, unit, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.Cap"/>
    public static SteeringPolicy Cap(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Strength(SteeringOperator.Cap, target, value, unit, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.Floor"/>
    public static SteeringPolicy Floor(this SteeringPolicy policy, InterventionTarget target, float value, StrengthUnit? unit = null, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Strength(SteeringOperator.Floor, target, value, unit, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.Scale"/>
    public static SteeringPolicy Scale(this SteeringPolicy policy, FeatureTarget target, float gain, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Factor(SteeringOperator.Scale, target, gain, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.Ablate"/>
    public static SteeringPolicy Ablate(this SteeringPolicy policy, InterventionTarget target, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Factor(SteeringOperator.Ablate, target, gain: null, gate, span, name));

    /// <inheritdoc cref="SteeringOperator.ProjectionGain"/>
    public static SteeringPolicy ProjectionGain(this SteeringPolicy policy, DirectionTarget target, float gain, Gate? gate = null, InterventionSpan? span = null, string? name = null) =>
        policy.With(Factor(SteeringOperator.ProjectionGain, target, gain, gate, span, name));

    private static Intervention Strength(SteeringOperator kind, InterventionTarget target, float value, StrengthUnit? unit, Gate? gate, InterventionSpan? span, string? name) =>
        new() { Name = name, Target = target, Operator = kind, Values = [value], Unit = unit, Gate = gate ?? Gate.Always, Span = span };

    private static Intervention Factor(SteeringOperator kind, InterventionTarget target, float? gain, Gate? gate, InterventionSpan? span, string? name) =>
        new() { Name = name, Target = target, Operator = kind, Gain = gain, Gate = gate ?? Gate.Always, Span = span };
}
