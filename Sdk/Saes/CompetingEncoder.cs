namespace Steering.Saes;

/// <summary>A whole encoder, for SAEs whose latents compete for k places (TopK).</summary>
/// <param name="Weights">[D, d] row-major, one row a latent, every fold applied.</param>
/// <param name="Bias">[D].</param>
/// <param name="K">Number of places.</param>
public sealed record CompetingEncoder(ReadOnlyMemory<float> Weights, ReadOnlyMemory<float> Bias, int K);
