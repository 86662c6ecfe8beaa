using Steering.Policies;

namespace Steering.Chat.Toxicity;

/// <summary>Features, or a probe, in the residual stream that a filter reads at every token, and the levels of its alarm.</summary>
/// <param name="Target">Features of a registered SAE, or directions: the probe's value is x·direction + <see cref="Bias"/>.</param>
public sealed record ToxicityWatch(InterventionTarget Target)
{
    /// <summary>The alarm goes on above this value, strictly, of any of the target's features. NaN, the default, is refused: choose or calibrate it.</summary>
    public float On { get; init; } = float.NaN;

    /// <summary>The alarm may go off at or below this value; at most <see cref="On"/>, which is taken where it is null.</summary>
    public float? Off { get; init; }

    /// <summary>Added to a direction's product. Default: 0.</summary>
    public float Bias { get; init; }

    /// <summary>
    /// Unit of the levels of features: null is <see cref="StrengthUnit.MaxActivation"/>, multiples of the feature's largest
    /// activation; <see cref="StrengthUnit.Raw"/> is the activation itself. Probes are always raw.
    /// </summary>
    public StrengthUnit? Unit { get; init; }

    /// <summary>Name in decisions, logs and metrics; null takes the target's.</summary>
    public string? Name { get; init; }
}

/// <summary>One feature or direction that a filter reads.</summary>
/// <param name="Watch">Index of the watch that it belongs to.</param>
/// <param name="Name">Name for people.</param>
/// <param name="On">The alarm goes on above it.</param>
/// <param name="Off">The alarm may go off at or below it.</param>
/// <param name="Bias">Added to what the row reads.</param>
/// <param name="Unit">What the sum is divided by before it is compared.</param>
internal sealed record WatchLevel(int Watch, string Name, float On, float Off, float Bias, float Unit)
{
    public float ValueOf(float activation) => (activation + Bias) / Unit;
}
