using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>a' = max(a, v): what lies below v is lifted, an inactive feature too.</summary>
public sealed record FloorOperator : ValueOperator
{
    internal static OperatorSyntax Json { get; } = Taking("floor", (values, unit) => new FloorOperator { Values = values, Unit = unit });

    internal override OperatorSyntax Syntax => Json;

    internal override TransferFunction Transfer(float value) => new() { Low = value };

    private protected override void CheckValue(OperatorCheck check, float value)
    {
        base.CheckValue(check, value);
        check.Require(check.Target is DirectionTarget || !(value < 0), $"a feature's activation is never below 0, so a floor of {value} would change nothing; give a floor of 0 or more.");
    }
}
