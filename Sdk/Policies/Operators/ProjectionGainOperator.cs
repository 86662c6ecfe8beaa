namespace Steering.Policies.Operators;

/// <summary>
/// x' = x + (gain − 1)·(x·u)·u: 0 removes the component along the direction, 1 keeps it, 2 doubles it. Directions only; a
/// feature takes <see cref="ScaleOperator"/>.
/// </summary>
public sealed record ProjectionGainOperator : GainOperator
{
    internal static OperatorSyntax Json { get; } = Taking("projectionGain", gain => new ProjectionGainOperator { Gain = gain });

    internal override OperatorSyntax Syntax => Json;

    internal override string? Unfit(InterventionTarget target) => target is FeatureTarget ? "projectionGain is for directions; use scale for a feature." : null;
}
