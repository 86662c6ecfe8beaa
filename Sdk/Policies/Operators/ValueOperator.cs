using System.Globalization;
using System.Text.Json;

namespace Steering.Policies.Operators;

/// <summary>An operator that takes a value v: add, clamp, clampWhereActive, cap, floor.</summary>
public abstract record ValueOperator : SteeringOperator
{
    private protected ValueOperator()
    {
    }

    /// <summary>v: one number for the whole target, or one a feature in the target's order.</summary>
    public required IReadOnlyList<float> Values
    {
        get;
        init => field = ValueList<float>.Of(value);
    }

    /// <summary>Unit of <see cref="Values"/>; null is <see cref="StrengthUnit.MaxActivation"/> for features and <see cref="StrengthUnit.Raw"/> for directions.</summary>
    public StrengthUnit? Unit { get; init; }

    /// <summary>Whether <see cref="StrengthUnit.ResidualNorm"/> means something on a feature, whose activation has a scale of its own.</summary>
    private protected virtual bool TakesResidualNormOnFeatures => false;

    internal override float Value(int index) => Values[Values.Count == 1 ? 0 : index];

    internal override void CheckNumbers(OperatorCheck check)
    {
        var targets = Math.Max(1, check.Features);
        check.At("value").Require(Values.Count > 0, $"{Word} needs a value.");
        check.At("values").Require(Values.Count <= 1 || Values.Count == targets, $"{Values.Count} values for {targets} {(check.Target is FeatureTarget ? "features" : "direction")}; give one value, or one a feature.");
        for (var index = 0; index < Values.Count; index++)
        {
            CheckValue(check.At(Values.Count == 1 ? "value" : string.Create(CultureInfo.InvariantCulture, $"values[{index}]")), Values[index]);
        }

        CheckUnit(check.At("unit"));
    }

    internal override void Write(Utf8JsonWriter writer)
    {
        if (Values.Count == 1)
        {
            writer.WriteNumber("value", Values[0]);
        }
        else
        {
            PolicyWriter.WriteNumbers(writer, "values", Values);
        }

        PolicyWriter.WriteUnit(writer, Unit);
    }

    private protected virtual void CheckValue(OperatorCheck check, float value) => check.RequireFinite(value);

    private protected static OperatorSyntax Taking(string word, Func<IReadOnlyList<float>, StrengthUnit?, ValueOperator> make) =>
        new(word, ["value", "values", "unit"], "it takes a 'value'", element => make(ReadValues(element), element.Word<StrengthUnit>("unit")));

    private void CheckUnit(OperatorCheck check)
    {
        if (Unit is not { } unit)
        {
            return;
        }

        if (!Enum.IsDefined(unit))
        {
            check.Require(false, $"{(int)unit} is not a unit; expected one of {string.Join(", ", Words<StrengthUnit>.All)}.");
            return;
        }

        check.Require(unit != StrengthUnit.MaxActivation || check.Target is FeatureTarget, $"a direction has no maximum activation; use raw or residualNorm.");
        check.Require(unit != StrengthUnit.ResidualNorm || check.Target is DirectionTarget || TakesResidualNormOnFeatures, $"residualNorm is not defined for {Word} on a feature, whose activation has a scale of its own; use raw or maxActivation, or add.");
    }

    private static List<float> ReadValues(PolicyElement element)
    {
        if (!element.TryGet("values", out var several))
        {
            return element.Number("value") is { } value ? [value] : [];
        }

        if (element.Has("value"))
        {
            several.Refuse("give either 'value' for the whole target or 'values', one a feature, not both.");
        }

        var values = several.Numbers(SteeringPolicy.MaximumFeatures);
        if (values.Count == 0 && several.Element.ValueKind == JsonValueKind.Array)
        {
            several.Refuse("the list is empty; give one value a feature, or 'value' for all of them.");
        }

        return values;
    }
}
