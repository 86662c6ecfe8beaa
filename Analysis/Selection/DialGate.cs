namespace Steering.Analysis.Selection;

/// <summary>Pushes only the tokens at which a feature of the same autoencoder is active enough, as a policy's token gate does.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="Threshold">Strict threshold of its activation, in multiples of its largest.</param>
public sealed record DialGate(int Latent, float Threshold);
