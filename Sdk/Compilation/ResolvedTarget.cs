namespace Steering.Compilation;

/// <summary>One feature or one direction at one site of the model.</summary>
/// <param name="Site">The site.</param>
/// <param name="Label">What it is, for people.</param>
internal abstract record ResolvedTarget(SiteDraft Site, string Label)
{
    /// <summary>Identity of what is read or edited at the site.</summary>
    public abstract object Key { get; }

    /// <summary>SAE latent index, or −1 for a direction.</summary>
    public abstract int Feature { get; }
}
