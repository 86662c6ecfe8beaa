using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>a' = v, whether or not a feature is active (feature clamping, Templeton et al. 2024).</summary>
public sealed record ClampOperator : ValueOperator
{
    internal static OperatorSyntax Json { get; } = Taking("clamp", (values, unit) => new ClampOperator { Values = values, Unit = unit });

    internal override OperatorSyntax Syntax => Json;

    internal override TransferFunction Transfer(float value) => new() { Low = value, High = value };
}
