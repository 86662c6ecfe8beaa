namespace Steering.Policies.Operators;

/// <summary>a' = gain·a. Features only; a direction takes <see cref="ProjectionGainOperator"/>.</summary>
public sealed record ScaleOperator : GainOperator
{
    internal static OperatorSyntax Json { get; } = Taking("scale", gain => new ScaleOperator { Gain = gain });

    internal override OperatorSyntax Syntax => Json;

    internal override string? Unfit(InterventionTarget target) => target is DirectionTarget ? "scale is for features; use projectionGain for a direction." : null;
}
