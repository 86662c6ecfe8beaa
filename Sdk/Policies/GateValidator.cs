using System.Globalization;

namespace Steering.Policies;

/// <summary>Checks the gate of an intervention and that its span goes with it.</summary>
internal static class GateValidator
{
    public static void Check(Intervention intervention, string path, ProblemList problems)
    {
        switch (intervention.Gate)
        {
            case null:
                problems.Add($"{path}.gate", "the gate is null; use Gate.Always.");
                break;
            case CallbackGate callback:
                PolicyValidator.CheckName($"{path}.gate.name", callback.Name, problems);
                break;
            case ActivationGate gate:
                CheckActivation(gate, $"{path}.gate", problems);
                break;
        }

        if (intervention is { Gate: PromptGate, Span: InterventionSpan.Both or InterventionSpan.Prompt })
        {
            problems.Add($"{path}.span", $"a prompt gate is decided when the prompt has been read, so its intervention acts on the completion only; write \"span\": \"completion\" or leave it out.");
        }
    }

    private static void CheckActivation(ActivationGate gate, string path, ProblemList problems)
    {
        if (!TargetValidator.Check(gate.Target, $"{path}.target", problems))
        {
            return;
        }

        if (gate.Target is FeatureTarget { Features.Count: > 1 } features)
        {
            problems.Add($"{path}.target.features", $"a gate looks at one feature, but {features.Features.Count} were given; write one intervention a feature.");
        }

        var threshold = gate.Threshold.ToString(CultureInfo.InvariantCulture);
        if (!float.IsFinite(gate.Threshold))
        {
            problems.Add($"{path}.threshold", $"{threshold} is not a finite number.");
        }
        else if (gate.Target is FeatureTarget && gate.Threshold < 0)
        {
            problems.Add($"{path}.threshold", $"a feature's activation is never below 0, so a gate at {threshold} would always be open; give 0 or more, or leave the gate out.");
        }

        var sentence = (gate.Unit, gate.Target) switch
        {
            (null, _) => null,
            (not (StrengthUnit.Raw or StrengthUnit.MaxActivation), _) => $"a threshold is measured in {string.Join(" or ", PolicyFields.ThresholdUnits)}.",
            (StrengthUnit.MaxActivation, DirectionTarget) => "a probe direction has no maximum activation; use raw.",
            _ => null,
        };
        if (sentence is not null)
        {
            problems.Add($"{path}.unit", sentence);
        }
    }
}
