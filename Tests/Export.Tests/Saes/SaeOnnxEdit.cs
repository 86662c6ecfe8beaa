namespace Steering.Tests.Export.Saes;

/// <summary>An edit of some latents, one number a latent and dial.</summary>
internal sealed record SaeOnnxEdit(long[] Latents, float[] Gain, float[] Offset, float[] Low, float[] High, float[] Gate)
{
    /// <summary>An edit that changes nothing.</summary>
    public static SaeOnnxEdit Neutral(params long[] latents) => new(
        latents,
        All(latents, 1),
        All(latents, 0),
        All(latents, float.NegativeInfinity),
        All(latents, float.PositiveInfinity),
        All(latents, float.NegativeInfinity));

    /// <summary>Different numbers for every latent: all dials away from neutral.</summary>
    public static SaeOnnxEdit Mixed(params long[] latents) => new(
        latents,
        [.. latents.Select((_, index) => (index % 4) - 1f)],
        [.. latents.Select((_, index) => (index % 3) * 0.5f)],
        [.. latents.Select((_, index) => index % 5 == 0 ? -0.25f : float.NegativeInfinity)],
        [.. latents.Select((_, index) => index % 2 == 0 ? 1.5f : float.PositiveInfinity)],
        [.. latents.Select((_, index) => index % 3 == 0 ? 0f : float.NegativeInfinity)]);

    /// <summary>What the edit makes of an activation.</summary>
    public double Apply(int index, double activation) => activation > Gate[index]
        ? Math.Min(Math.Max((Gain[index] * activation) + Offset[index], Low[index]), High[index])
        : activation;

    private static float[] All(long[] latents, float value) => [.. latents.Select(_ => value)];
}
