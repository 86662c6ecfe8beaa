namespace Steering.Analysis.Selection;

/// <summary>One feature and how it is turned.</summary>
/// <param name="Latent">Latent, 0-based.</param>
/// <param name="IsPush">Whether it is pushed at every token, a' = a + v·(largest activation); otherwise it is scaled where it is active, a' = g·a.</param>
/// <param name="Value">v, or g.</param>
/// <param name="Movement">How far it moves the residual stream, as a mean over tokens and a share of the stream's mean norm.</param>
public sealed record LearnedDial(int Latent, bool IsPush, float Value, double Movement);
