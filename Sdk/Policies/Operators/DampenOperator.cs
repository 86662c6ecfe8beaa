using System.Text.Json;

namespace Steering.Policies.Operators;

/// <summary>a' = a·β·|a − mean|/(τ·deviation) where a lies within mean ± τ·deviation of the concept, else a (NeuronLens). Features only.</summary>
public sealed record DampenOperator : RangeOperator
{
    /// <summary>β where none is given.</summary>
    public const float UsualBeta = 0.125f;

    internal static OperatorSyntax Json { get; } = Taking("dampen", (means, deviations, range) => new DampenOperator { Means = means, Deviations = deviations, Beta = range.Number("beta") });

    /// <summary>Factor β at the edge of the range, from 0 to 1; null is <see cref="UsualBeta"/>.</summary>
    public float? Beta { get; init; }

    internal override OperatorSyntax Syntax => Json;

    private protected override float EdgeFactor => Beta ?? UsualBeta;

    internal override void CheckNumbers(OperatorCheck check)
    {
        base.CheckNumbers(check);
        check.At("range").At("beta").Require(Beta is null or (>= 0 and <= 1), $"beta is the factor at the edge of the range, from 0 to 1.");
    }

    private protected override void WriteMore(Utf8JsonWriter writer) => PolicyWriter.WriteNumber(writer, "beta", Beta);
}
