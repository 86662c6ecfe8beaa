using System.Globalization;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>One dial of a chat: what is done with a feature, and how much.</summary>
/// <param name="Target">The feature, with its SAE's id.</param>
/// <param name="Operator">Add, clamp, scale or ablate.</param>
/// <param name="Value">Strength; multiples of the maximum activation where it is known, raw otherwise; the factor of scale.</param>
/// <param name="Unit">Unit of the value.</param>
internal sealed record Dial(FeatureTarget Target, SteeringOperator Operator, float Value, StrengthUnit Unit)
{
    /// <summary>Whether the dial has a value to turn.</summary>
    public bool Turns => Operator != SteeringOperator.Ablate;

    /// <summary>The dial as an intervention.</summary>
    public Intervention ToIntervention() => Operator switch
    {
        SteeringOperator.Scale => new Intervention { Target = Target, Operator = Operator, Gain = Value },
        SteeringOperator.Ablate => new Intervention { Target = Target, Operator = Operator },
        _ => new Intervention { Target = Target, Operator = Operator, Values = [Value], Unit = Unit },
    };

    /// <summary>The dial in a few characters, as in <c>add +2×max</c>.</summary>
    public string Words => Operator switch
    {
        SteeringOperator.Ablate => "ablate",
        SteeringOperator.Scale => string.Create(CultureInfo.InvariantCulture, $"scale {Value:0.##}"),
        SteeringOperator.Add => string.Create(CultureInfo.InvariantCulture, $"add {Value:+0.##;-0.##;0}{Suffix}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"clamp {Value:0.##}{Suffix}"),
    };

    private string Suffix => Unit == StrengthUnit.MaxActivation ? "×max" : string.Empty;
}
