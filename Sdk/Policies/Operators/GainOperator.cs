using System.Text.Json;
using Steering.Sockets;

namespace Steering.Policies.Operators;

/// <summary>An operator that multiplies the activation, a' = gain·a: scale and projectionGain.</summary>
public abstract record GainOperator : SteeringOperator
{
    private protected GainOperator()
    {
    }

    /// <summary>The factor, without unit: 0 removes, 1 keeps, −1 turns round.</summary>
    public required float Gain { get; init; }

    internal override void CheckNumbers(OperatorCheck check) => check.At("gain").RequireFinite(Gain);

    internal override void Write(Utf8JsonWriter writer) => writer.WriteNumber("gain", Gain);

    internal override TransferFunction Transfer(float value) => new() { Gain = Gain };

    internal override SteeringOperator AtStrength(float strength, InterventionTarget target) => this with { Gain = 1 + (strength * (Gain - 1)) };

    private protected static OperatorSyntax Taking(string word, Func<float, GainOperator> make) =>
        new(word, ["gain"], "it takes a 'gain'", element => element.Has("gain")
            ? element.Number("gain") is { } gain ? make(gain) : null
            : element.Missing("gain", $"{word} needs a 'gain', the factor on the activation.", make(1)));
}
