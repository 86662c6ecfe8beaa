using System.Globalization;

namespace Steering.Policies;

/// <summary>Checks that the target, operator, numbers, unit, gate and span of one intervention go together.</summary>
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

        if (!Enum.IsDefined(intervention.Operator))
        {
            problems.Add($"{path}.operator", $"{(int)intervention.Operator} is not an operator; expected one of {string.Join(", ", Words<SteeringOperator>.All)}.");
            return;
        }

        if (intervention.Span is { } span && !Enum.IsDefined(span))
        {
            problems.Add($"{path}.span", $"{(int)span} is not a span; expected one of {string.Join(", ", Words<InterventionSpan>.All)}.");
        }

        GateValidator.Check(intervention, path, problems);
        if (TargetValidator.Check(intervention.Target, $"{path}.target", problems) && CheckOperator(intervention, path, problems))
        {
            CheckNumbers(intervention, path, problems);
            ConceptSettingsValidator.Check(intervention, path, problems);
            CheckUnit(intervention, path, problems);
            CheckNormalize(intervention, path, problems);
        }
    }

    /// <summary>Whether the operator takes values and so a unit: the others take a gain or nothing.</summary>
    public static bool TakesValues(SteeringOperator kind) =>
        kind is SteeringOperator.Add or SteeringOperator.Clamp or SteeringOperator.ClampWhereActive or SteeringOperator.Cap or SteeringOperator.Floor;

    private static bool TakesGain(SteeringOperator kind) => kind is SteeringOperator.Scale or SteeringOperator.ProjectionGain;

    private static bool CheckOperator(Intervention intervention, string path, ProblemList problems)
    {
        var sentence = (intervention.Operator, intervention.Target) switch
        {
            (SteeringOperator.ProjectionGain, FeatureTarget) => "projectionGain is for directions; use scale for a feature.",
            (SteeringOperator.Scale, DirectionTarget) => "scale is for features; use projectionGain for a direction.",
            (SteeringOperator.ClampWhereActive, DirectionTarget) => "clampWhereActive is for features, since a direction is never inactive; use clamp with a token gate.",
            (_, DirectionTarget) when ConceptSettingsValidator.IsByConcept(intervention.Operator) =>
                $"{Words<SteeringOperator>.Of(intervention.Operator)} is for features, whose activations were measured under concepts; a direction has no such statistics.",
            _ => null,
        };
        if (sentence is not null)
        {
            problems.Add($"{path}.operator", sentence);
        }

        return sentence is null;
    }

    private static void CheckNumbers(Intervention intervention, string path, ProblemList problems)
    {
        var word = Words<SteeringOperator>.Of(intervention.Operator);
        CheckGain(intervention, path, word, problems);
        if (!TakesValues(intervention.Operator))
        {
            if (intervention.Values.Count > 0)
            {
                problems.Add($"{path}.value", TakesGain(intervention.Operator) ? $"{word} takes a 'gain', not a value." : $"{word} takes no value; {(intervention.Operator is SteeringOperator.Ablate or SteeringOperator.FullMask ? "it always sets the activation to 0" : "its numbers stand under 'attenuation' or 'range'")}.");
            }

            return;
        }

        var targets = intervention.Target is FeatureTarget features ? features.Features.Count : 1;
        if (intervention.Values.Count == 0)
        {
            problems.Add($"{path}.value", $"{word} needs a value.");
        }
        else if (intervention.Values.Count != 1 && intervention.Values.Count != targets)
        {
            problems.Add($"{path}.values", $"{intervention.Values.Count} values for {targets} {(intervention.Target is FeatureTarget ? "features" : "direction")}; give one value, or one a feature.");
        }

        for (var index = 0; index < intervention.Values.Count; index++)
        {
            var where = intervention.Values.Count == 1 ? $"{path}.value" : string.Create(CultureInfo.InvariantCulture, $"{path}.values[{index}]");
            CheckFinite(intervention.Values[index], where, problems);
            if (intervention is { Operator: SteeringOperator.Floor, Target: FeatureTarget } && intervention.Values[index] < 0)
            {
                problems.Add(where, $"a feature's activation is never below 0, so a floor of {intervention.Values[index].ToString(CultureInfo.InvariantCulture)} would change nothing; give a floor of 0 or more.");
            }
        }
    }

    private static void CheckGain(Intervention intervention, string path, string word, ProblemList problems)
    {
        if (intervention.Gain is { } gain)
        {
            CheckFinite(gain, $"{path}.gain", problems);
            if (!TakesGain(intervention.Operator))
            {
                problems.Add($"{path}.gain", $"{word} takes no gain; {(TakesValues(intervention.Operator) ? "it takes a 'value'" : "use scale or projectionGain for a factor")}.");
            }
        }
        else if (TakesGain(intervention.Operator))
        {
            problems.Add($"{path}.gain", $"{word} needs a 'gain', the factor on the activation.");
        }
    }

    private static void CheckFinite(float number, string path, ProblemList problems)
    {
        if (!float.IsFinite(number))
        {
            problems.Add(path, $"{number.ToString(CultureInfo.InvariantCulture)} is not a finite number.");
        }
    }

    private static void CheckUnit(Intervention intervention, string path, ProblemList problems)
    {
        if (intervention.Unit is not { } unit)
        {
            return;
        }

        var word = Words<SteeringOperator>.Of(intervention.Operator);
        var sentence = (unit, intervention.Target) switch
        {
            _ when !Enum.IsDefined(unit) => $"{(int)unit} is not a unit; expected one of {string.Join(", ", Words<StrengthUnit>.All)}.",
            _ when !TakesValues(intervention.Operator) => $"{word} has no unit; leave 'unit' out.",
            (StrengthUnit.MaxActivation, DirectionTarget) => "a direction has no maximum activation; use raw or residualNorm.",
            (StrengthUnit.ResidualNorm, FeatureTarget) when intervention.Operator != SteeringOperator.Add =>
                $"residualNorm is not defined for {word} on a feature, whose activation has a scale of its own; use raw or maxActivation, or add.",
            _ => null,
        };
        if (sentence is not null)
        {
            problems.Add($"{path}.unit", sentence);
        }
    }

    private static void CheckNormalize(Intervention intervention, string path, ProblemList problems)
    {
        if (intervention.Target is DirectionTarget { Normalize: false })
        {
            var word = Words<SteeringOperator>.Of(intervention.Operator);
            if (intervention.Operator != SteeringOperator.Add)
            {
                problems.Add($"{path}.target.normalize", $"{word} edits the component along a direction of unit norm; leave 'normalize' out.");
            }
            else if (intervention.Unit == StrengthUnit.ResidualNorm)
            {
                problems.Add($"{path}.target.normalize", "a strength in residualNorm is the norm of the edit, so the direction has unit norm; leave 'normalize' out.");
            }
        }
    }
}
