namespace Steering.Policies;

/// <summary>Names SAE features as targets.</summary>
public static class Feature
{
    /// <summary>Features of the only SAE.</summary>
    /// <param name="features">Latent indices, 0-based.</param>
    public static FeatureTarget Of(params ReadOnlySpan<int> features) => new() { Features = features.ToArray() };

    /// <summary>Features of the SAE with that id.</summary>
    /// <param name="sae">Id of the SAE.</param>
    /// <param name="features">Latent indices, 0-based.</param>
    public static FeatureTarget Of(string sae, params ReadOnlySpan<int> features) => new() { Sae = sae, Features = features.ToArray() };
}
