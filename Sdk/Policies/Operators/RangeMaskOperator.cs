namespace Steering.Policies.Operators;

/// <summary>a' = 0 where a lies within mean ± τ·deviation of the concept, borders included, else a (NeuronLens). Features only.</summary>
public sealed record RangeMaskOperator : RangeOperator
{
    internal static OperatorSyntax Json { get; } = Taking("rangeMask", (means, deviations, range) =>
    {
        if (range.TryGet("beta", out var beta))
        {
            beta.Note("rangeMask takes no beta; that is for dampen.");
        }

        return new RangeMaskOperator { Means = means, Deviations = deviations };
    });

    internal override OperatorSyntax Syntax => Json;
}
