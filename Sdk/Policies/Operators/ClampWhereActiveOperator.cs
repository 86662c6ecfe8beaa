using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>a' = v where a &gt; 0, else a: the clamp of <see cref="ClampOperator"/> behind the feature's own activation. Features only.</summary>
public sealed record ClampWhereActiveOperator : ValueOperator
{
    internal static OperatorSyntax Json { get; } = Taking("clampWhereActive", (values, unit) => new ClampWhereActiveOperator { Values = values, Unit = unit });

    internal override OperatorSyntax Syntax => Json;

    internal override string? Unfit(InterventionTarget target) =>
        target is DirectionTarget ? "clampWhereActive is for features, since a direction is never inactive; use clamp with a token gate." : null;

    internal override TransferFunction Transfer(float value) => new() { Low = value, High = value, Gate = 0 };

    internal override string RefuseSecondGate(string gate) =>
        $"clampWhereActive is gated by the feature's own activation already, so it cannot wait for {gate} as well. Use clamp with this gate, or gate on the clamped feature itself.";
}
