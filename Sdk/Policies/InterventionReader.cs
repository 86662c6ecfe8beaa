using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>Reads one intervention, its target and its gate.</summary>
internal static class InterventionReader
{
    private const int MaximumDirection = 1 << 20;

    /// <summary>Reads an intervention; null when problems were noted that leave nothing to build.</summary>
    public static Intervention? Read(PolicyElement element)
    {
        if (!element.IsObject("an intervention", PolicyFields.Intervention))
        {
            return null;
        }

        var target = element.Require("target", "name a feature or a direction", out var targetElement) ? ReadTarget(targetElement) : null;
        var operation = OperatorRegistry.Read(element);
        var gate = element.TryGet("gate", out var gateElement) ? ReadGate(gateElement) : Gate.Always;
        var name = PolicyReader.ReadText(element, "name");
        var span = element.Word<InterventionSpan>("span");
        var skipPositionZero = PolicyReader.ReadBoolean(element, "skipPositionZero");
        return target is null || operation is null || gate is null
            ? null
            : new Intervention { Name = name, Target = target, Operator = operation, Gate = gate, Span = span, SkipPositionZero = skipPositionZero };
    }

    private static InterventionTarget? ReadTarget(PolicyElement element)
    {
        var feature = PolicyFields.FeatureTarget.Any(element.Has);
        var direction = element.Has("vector") || element.Has("direction");
        if (feature && direction)
        {
            element.Refuse("a target is either a feature or a direction, not both; use two interventions.");
            return null;
        }

        if (!feature && !direction)
        {
            element.IsObject("a target", [.. PolicyFields.FeatureTarget, .. PolicyFields.DirectionTarget]);
            element.Refuse("expected a feature (field 'feature' or 'features') or a direction (field 'vector' or 'direction').");
            return null;
        }

        return feature ? ReadFeatures(element) : ReadDirection(element);
    }

    private static FeatureTarget? ReadFeatures(PolicyElement element)
    {
        if (!element.IsObject("a feature target", PolicyFields.FeatureTarget))
        {
            return null;
        }

        if (element.Has("feature") == element.Has("features"))
        {
            element.Refuse("give either 'feature' or 'features'.");
            return null;
        }

        var features = new List<int>();
        if (element.TryGet("feature", out var single))
        {
            if (single.TryInteger(out var index))
            {
                features.Add(index);
            }
        }
        else if (element.TryGet("features", out var several) && several.IsArray("features", SteeringPolicy.MaximumFeatures))
        {
            foreach (var item in several.Items())
            {
                if (item.TryInteger(out var index))
                {
                    features.Add(index);
                }
            }
        }

        return new FeatureTarget { Sae = PolicyReader.ReadText(element, "sae"), Features = features };
    }

    private static DirectionTarget? ReadDirection(PolicyElement element) =>
        element.IsObject("a direction target", PolicyFields.DirectionTarget)
            ? new DirectionTarget
            {
                Vector = PolicyReader.ReadText(element, "vector"),
                Values = element.TryGet("direction", out var values) ? values.Numbers(MaximumDirection) : [],
                Site = PolicyReader.ReadText(element, "site"),
                FirstBlock = ReadInteger(element, "firstBlock"),
                LastBlock = ReadInteger(element, "lastBlock"),
                Normalize = PolicyReader.ReadBoolean(element, "normalize"),
            }
            : null;

    private static Gate? ReadGate(PolicyElement element)
    {
        if (element.Element.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            element.Refuse($"expected a gate, an object with a field 'kind', one of {string.Join(", ", PolicyFields.GateKinds)}.");
            return null;
        }

        if (!element.Require("kind", $"one of {string.Join(", ", PolicyFields.GateKinds)}", out var kindElement) || !kindElement.TryText(out var kind))
        {
            return null;
        }

        switch (kind)
        {
            case "always":
                return element.IsObject("an always gate", PolicyFields.AlwaysGate) ? Gate.Always : null;
            case "step":
                return element.IsObject("a step gate", PolicyFields.StepGate) ? Gate.Step : null;
            case "token" or "prompt":
                return ReadActivationGate(element, kind);
            case "callback":
                return element.IsObject("a callback gate", PolicyFields.CallbackGate)
                    && element.Require("name", "the name under which the application registers the function", out var name)
                    && name.TryText(out var text)
                    ? Gate.Callback(text)
                    : null;
            default:
                kindElement.Refuse($"unknown gate '{PolicyElement.Shorten(kind)}': {PolicyElement.Nearest(kind, PolicyFields.GateKinds)}.");
                return null;
        }
    }

    private static ActivationGate? ReadActivationGate(PolicyElement element, string kind)
    {
        if (!element.IsObject($"a {kind} gate", PolicyFields.ActivationGate))
        {
            return null;
        }

        var target = element.Require("target", "name the feature or direction that the gate looks at", out var targetElement) ? ReadTarget(targetElement) : null;
        float? threshold = element.Require("threshold", "the activation above which the gate opens", out var thresholdElement) && thresholdElement.TryNumber(out var number)
            ? number
            : null;
        var unit = element.Word<StrengthUnit>("unit");
        return (target, threshold, kind) switch
        {
            (null, _, _) or (_, null, _) => null,
            (_, _, "token") => new TokenGate { Target = target, Threshold = threshold.Value, Unit = unit },
            _ => new PromptGate { Target = target, Threshold = threshold.Value, Unit = unit },
        };
    }

    private static int? ReadInteger(PolicyElement element, string field) =>
        element.TryGet(field, out var value) && value.TryInteger(out var number) ? number : null;
}
