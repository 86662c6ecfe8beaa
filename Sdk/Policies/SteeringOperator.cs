using System.Text.Json;
using Steering.Policies.Operators;
using Steering.Sockets;

namespace Steering.Policies;

/// <summary>
/// What an intervention does with the activation a of its target, with its numbers: one record an operator, in
/// <see cref="Operators"/>. For a feature, a is what the SAE's encoder gives and the edit is x' = x + (a' − a)·d with the
/// feature's decoder row d; for a direction u of unit norm, a = x·u and the edit is x' = x + (a' − a)·u.
/// </summary>
public abstract record SteeringOperator
{
    private protected SteeringOperator()
    {
    }

    /// <summary>The operator's name in JSON, as in <c>clampWhereActive</c>.</summary>
    public string Word => Syntax.Word;

    /// <summary>How JSON writes it.</summary>
    internal abstract OperatorSyntax Syntax { get; }

    /// <summary>Whether the edit is the same whatever the activation: such edits stack, and their rows need not read.</summary>
    internal virtual bool IsAdditive => false;

    /// <summary>Why a direction of another norm than 1 would mean nothing; null where it means something.</summary>
    internal virtual string? NeedsUnitNorm => $"{Word} edits the component along a direction of unit norm; leave 'normalize' out.";

    /// <summary>Why it is not for targets of concepts' statistics, which directions have none of.</summary>
    private protected string ForMeasuredFeatures => $"{Word} is for features, whose activations were measured under concepts; a direction has no such statistics.";

    /// <summary>Notes what is wrong with the operator on a target.</summary>
    /// <param name="target">What is edited.</param>
    /// <param name="path">Path of the intervention.</param>
    /// <param name="problems">Where problems are noted.</param>
    internal void Check(InterventionTarget target, string path, ProblemList problems)
    {
        if (Unfit(target) is { } sentence)
        {
            problems.Add($"{path}.operator", sentence);
            return;
        }

        CheckNumbers(new OperatorCheck(target, path, problems));
        if (target is DirectionTarget { Normalize: false } && NeedsUnitNorm is { } reason)
        {
            problems.Add($"{path}.target.normalize", reason);
        }
    }

    /// <summary>Why it is not for this kind of target, with what to use instead; null where it is.</summary>
    internal virtual string? Unfit(InterventionTarget target) => null;

    /// <summary>Notes what is wrong with its numbers.</summary>
    internal virtual void CheckNumbers(OperatorCheck check)
    {
    }

    /// <summary>Writes its own fields into the intervention; what holds its default is left out.</summary>
    internal virtual void Write(Utf8JsonWriter writer)
    {
    }

    /// <summary>Its value for one feature, in its unit; 0 where it takes none.</summary>
    /// <param name="index">Position of the feature in the target.</param>
    internal virtual float Value(int index) => 0;

    /// <summary>Its setting of a row's dials.</summary>
    /// <param name="value">The value, in the units of the row's activation.</param>
    internal virtual TransferFunction Transfer(float value) => TransferFunction.Identity;

    /// <summary>
    /// What no setting of the dials expresses: rows that each change the activation by a part, and add up. Empty where the
    /// dials do.
    /// </summary>
    /// <param name="index">Position of the feature in the target.</param>
    /// <exception cref="SteeringException">The graph cannot carry it, or it would never do anything.</exception>
    internal virtual IReadOnlyList<ResponseRow> Responses(int index) => [];

    /// <summary>What to say where its rows have gates of their own, and are to wait for a token gate as well.</summary>
    /// <param name="gate">What the token gate looks at.</param>
    internal virtual string RefuseSecondGate(string gate) =>
        $"{Word} opens and closes with the feature's own activation already, so it cannot wait for {gate} as well. Use a prompt gate or a callback, or fullMask.";

    /// <summary>The operator at a strength between nothing (0) and itself (1), or beyond; null where there is nothing between.</summary>
    /// <param name="strength">The strength.</param>
    /// <param name="target">What is edited.</param>
    internal virtual SteeringOperator? AtStrength(float strength, InterventionTarget target) => null;
}
