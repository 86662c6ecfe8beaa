using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>The field names of the policy JSON, object by object: what the reader accepts, the writer writes and the schema declares. Those of an operator stand with it.</summary>
internal static class PolicyFields
{
    public static readonly string[] Policy = ["$schema", "version", "name", "description", "skipPositionZero", "saes", "interventions"];

    public static readonly string[] Sae = ["path", "site"];

    public static readonly string[] Intervention = ["name", "target", "operator", .. OperatorRegistry.Fields, "gate", "span", "skipPositionZero"];

    public static readonly string[] FeatureTarget = ["sae", "feature", "features"];

    public static readonly string[] DirectionTarget = ["vector", "direction", "site", "firstBlock", "lastBlock", "normalize"];

    public static readonly string[] AlwaysGate = ["kind"];

    public static readonly string[] StepGate = ["kind"];

    public static readonly string[] ActivationGate = ["kind", "target", "threshold", "unit"];

    public static readonly string[] CallbackGate = ["kind", "name"];

    /// <summary>The words of a gate's <c>kind</c>.</summary>
    public static readonly string[] GateKinds = ["always", "token", "prompt", "callback", "step"];

    /// <summary>The units that a gate's threshold may have.</summary>
    public static readonly string[] ThresholdUnits = [Words<StrengthUnit>.Of(StrengthUnit.Raw), Words<StrengthUnit>.Of(StrengthUnit.MaxActivation)];
}
