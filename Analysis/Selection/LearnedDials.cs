using Steering.Policies;

namespace Steering.Analysis.Selection;

/// <summary>Dials that make what was wanted likelier and what was not wanted less likely.</summary>
/// <param name="Dials">The dials, the one that moves the residual stream most first.</param>
/// <param name="LossBefore">Weighted mean of the texts' losses (<see cref="DialAim"/>) without them, in nats.</param>
/// <param name="LossAfter">The same with them.</param>
/// <param name="PushGate">Where features are pushed; null is everywhere.</param>
public sealed record LearnedDials(IReadOnlyList<LearnedDial> Dials, double LossBefore, double LossAfter, DialGate? PushGate = null)
{
    /// <summary>A policy with an edit added for each dial: <c>scale</c> for a gain, <c>add</c> for a push.</summary>
    /// <param name="policy">Receives them.</param>
    /// <param name="sae">The autoencoder's id.</param>
    public SteeringPolicy AddTo(SteeringPolicy policy, string sae)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var gate = PushGate is null ? null : Gate.Token(new FeatureTarget { Sae = sae, Features = [PushGate.Latent] }, PushGate.Threshold);
        return Dials.Aggregate(policy, (sum, dial) => dial.IsPush
            ? sum.Add(Feature.Of(sae, dial.Latent), dial.Value, gate: gate)
            : sum.Scale(Feature.Of(sae, dial.Latent), dial.Value));
    }
}

/// <summary>One feature and how it is turned.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="IsPush">Whether it is pushed at every token, a' = a + v·(largest activation); otherwise it is scaled where it is active, a' = g·a.</param>
/// <param name="Value">v, or g.</param>
/// <param name="Movement">How far it moves the residual stream, as a mean over tokens and a share of the stream's mean norm.</param>
public sealed record LearnedDial(int Latent, bool IsPush, float Value, double Movement);
