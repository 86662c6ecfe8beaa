using System.Globalization;
using Steering.Policies;
using Steering.Policies.Operators;

namespace Steering.Cli.Chat;

/// <summary>One dial of a chat: what is done with a feature, and how much.</summary>
/// <param name="Target">The feature, with its SAE's id.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Value">Strength; multiples of the maximum activation where it is known, raw otherwise; the factor of scale.</param>
/// <param name="Unit">Unit of the value.</param>
internal sealed record Dial(FeatureTarget Target, DialKind Kind, float Value, StrengthUnit Unit)
{
    /// <summary>Whether the dial has a value to turn.</summary>
    public bool Turns => Kind != DialKind.Ablate;

    /// <summary>The dial as an intervention.</summary>
    public Intervention ToIntervention() => new()
    {
        Target = Target,
        Operator = Kind switch
        {
            DialKind.Scale => new ScaleOperator { Gain = Value },
            DialKind.Ablate => new AblateOperator(),
            DialKind.Clamp => new ClampOperator { Values = [Value], Unit = Unit },
            _ => new AddOperator { Values = [Value], Unit = Unit },
        },
    };

    /// <summary>The dial in a few characters, as in <c>add +2×max</c>.</summary>
    public string Words => Kind switch
    {
        DialKind.Ablate => "ablate",
        DialKind.Scale => string.Create(CultureInfo.InvariantCulture, $"scale {Value:0.##}"),
        DialKind.Add => string.Create(CultureInfo.InvariantCulture, $"add {Value:+0.##;-0.##;0}{Suffix}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"clamp {Value:0.##}{Suffix}"),
    };

    private string Suffix => Unit == StrengthUnit.MaxActivation ? "×max" : string.Empty;
}

/// <summary>What a dial does.</summary>
internal enum DialKind
{
    /// <summary>Adds to the activation.</summary>
    Add,

    /// <summary>Sets the activation.</summary>
    Clamp,

    /// <summary>Multiplies the activation.</summary>
    Scale,

    /// <summary>Takes the activation away.</summary>
    Ablate,
}
