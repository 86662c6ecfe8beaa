namespace Steering.Compilation;

/// <summary>One latent.</summary>
internal sealed record ResolvedLatent(SiteDraft Site, string Label, LoadedSae Sae, int Latent) : ResolvedTarget(Site, Label)
{
    public override object Key => (Sae.Latents, Latent);

    public override int Feature => Latent;
}
