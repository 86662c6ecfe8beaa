using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>
/// a' = 0 whatever its value: the <see cref="RangeMaskOperator"/> of infinite range, the baseline of the APP comparison
/// (arXiv 2508.15094). Features only.
/// </summary>
public sealed record FullMaskOperator : SteeringOperator
{
    internal static OperatorSyntax Json { get; } = new("fullMask", [], "it always sets the activation to 0", _ => new FullMaskOperator());

    internal override OperatorSyntax Syntax => Json;

    internal override string? Unfit(InterventionTarget target) => target is DirectionTarget ? ForMeasuredFeatures : null;

    internal override TransferFunction Transfer(float value) => new() { Gain = 0 };
}
