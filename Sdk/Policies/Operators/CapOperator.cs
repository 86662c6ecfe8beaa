using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>a' = min(a, v): what exceeds v is cut off, the rest stays.</summary>
public sealed record CapOperator : ValueOperator
{
    internal static OperatorSyntax Json { get; } = Taking("cap", (values, unit) => new CapOperator { Values = values, Unit = unit });

    internal override OperatorSyntax Syntax => Json;

    internal override TransferFunction Transfer(float value) => new() { High = value };
}
