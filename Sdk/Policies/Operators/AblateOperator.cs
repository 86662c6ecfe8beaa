using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>a' = 0. Of a direction: its component is projected out, x' = x − (x·u)·u (directional ablation, Arditi et al. 2024, arXiv 2406.11717).</summary>
public sealed record AblateOperator : SteeringOperator
{
    internal static OperatorSyntax Json { get; } = new("ablate", [], "it always sets the activation to 0", _ => new AblateOperator());

    internal override OperatorSyntax Syntax => Json;

    internal override TransferFunction Transfer(float value) => new() { Gain = 0 };

    internal override SteeringOperator AtStrength(float strength, InterventionTarget target) =>
        target is FeatureTarget ? new ScaleOperator { Gain = 1 - strength } : new ProjectionGainOperator { Gain = 1 - strength };
}
