using Steering.Compilation;

namespace Steering.Analysis.Experiments;

/// <summary>One way of replying: what is plugged in, and whether the system message is given.</summary>
/// <param name="Name">What the results call it, as in <c>friendly (wrong sign)</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Policy">The policy under test that it is or is the control of; null for unsteered and prompting.</param>
/// <param name="Compiled">What is plugged in.</param>
/// <param name="Remark">What was chosen on the way, for people; null for nothing.</param>
public sealed record ExperimentCondition(string Name, ConditionKind Kind, string? Policy, CompiledPolicy Compiled, string? Remark = null)
{
    /// <summary>Whether the prompts carry the experiment's system message.</summary>
    public bool IsPrompted => Kind == ConditionKind.Prompting;
}
