using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>Checks that the target, operator, gate and span of one intervention go together.</summary>
internal static class InterventionValidator
{
    public static void Check(Intervention? intervention, string path, ProblemList problems)
    {
        if (intervention is null)
        {
            problems.Add(path, "the intervention is null.");
            return;
        }

        if (intervention.Name is not null)
        {
            PolicyValidator.CheckName($"{path}.name", intervention.Name, problems);
        }

        if (intervention.Operator is null)
        {
            problems.Add($"{path}.operator", $"the operator is missing; give one of {string.Join(", ", OperatorRegistry.Words)}.");
            return;
        }

        if (intervention.Span is { } span && !Enum.IsDefined(span))
        {
            problems.Add($"{path}.span", $"{(int)span} is not a span; expected one of {string.Join(", ", Words<InterventionSpan>.All)}.");
        }

        GateValidator.Check(intervention, path, problems);
        if (TargetValidator.Check(intervention.Target, $"{path}.target", problems))
        {
            intervention.Operator.Check(intervention.Target, path, problems);
        }
    }
}
