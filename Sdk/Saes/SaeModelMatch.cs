using System.Globalization;
using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Says at which site of a model an autoencoder is plugged in, and refuses one that does not belong there.</summary>
public static class SaeModelMatch
{
    /// <summary>Checks width, hook point, site and model.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="manifest">The socketed model.</param>
    /// <param name="site">Site asked for; null: the autoencoder's own.</param>
    /// <param name="allowOtherModel">Accepts an autoencoder made on another model (a fine-tune, another precision) of the same width.</param>
    /// <returns>The site, one of the manifest's.</returns>
    /// <exception cref="SteeringException">The autoencoder does not belong there; the message says why and what there is.</exception>
    public static string Check(SparseAutoencoder autoencoder, SocketManifest manifest, string? site = null, bool allowOtherModel = false)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(manifest);
        if (autoencoder.HiddenSize != manifest.HiddenSize)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{autoencoder.Source}: the autoencoder reads vectors of width {autoencoder.HiddenSize}, the residual stream of '{manifest.ModelName}' has width {manifest.HiddenSize}; use an autoencoder made on this model."));
        }

        if (!allowOtherModel)
        {
            ModelIdentity.Check(autoencoder.Source, autoencoder.ModelName, autoencoder.ModelSha256, manifest);
        }

        var place = Own(autoencoder, site);
        if (!manifest.Sites.Any(candidate => candidate.Name == place))
        {
            throw new SteeringException($"{autoencoder.Source}: the model '{manifest.ModelName}' has no site '{place}'. {(manifest.Sites.Count == 0 ? "It has none" : $"Its sites: {string.Join(", ", manifest.Sites.Select(candidate => candidate.Name))}")}; socket it again with that site.");
        }

        return place;
    }

    private static string Own(SparseAutoencoder autoencoder, string? site)
    {
        if (autoencoder.HookName is null)
        {
            return site ?? throw new SteeringException($"{autoencoder.Source}: the autoencoder does not say where it belongs (no hook_name in cfg.json); name the site, as in resid_post.15.");
        }

        if (autoencoder.Site is null)
        {
            throw new SteeringException($"{autoencoder.Source}: the autoencoder was trained on '{autoencoder.HookName}', which is no residual stream after a block; a socket reads the residual stream. Use one trained on blocks.N.hook_resid_post, or blocks.N.hook_resid_pre with N of at least 1.");
        }

        return site is null || site == autoencoder.Site
            ? autoencoder.Site
            : throw new SteeringException($"{autoencoder.Source}: the autoencoder belongs to site '{autoencoder.Site}' (it was trained on '{autoencoder.HookName}'), not to '{site}'.");
    }
}
