using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>
/// a' = a + v, whether or not a feature is active. Of a direction: x' = x + v·direction (activation addition, Turner et
/// al. 2023, arXiv 2308.10248).
/// </summary>
public sealed record AddOperator : ValueOperator
{
    internal static OperatorSyntax Json { get; } = Taking("add", (values, unit) => new AddOperator { Values = values, Unit = unit });

    internal override OperatorSyntax Syntax => Json;

    internal override bool IsAdditive => true;

    internal override string? NeedsUnitNorm =>
        Unit == StrengthUnit.ResidualNorm ? "a strength in residualNorm is the norm of the edit, so the direction has unit norm; leave 'normalize' out." : null;

    private protected override bool TakesResidualNormOnFeatures => true;

    internal override TransferFunction Transfer(float value) => new() { Offset = value };

    internal override SteeringOperator AtStrength(float strength, InterventionTarget target) => this with { Values = [.. Values.Select(value => value * strength)] };
}
