using System.Globalization;
using System.Text.RegularExpressions;
using Steering.Sockets;

namespace Steering.Saes;

/// <summary>Translates the hook points that autoencoder files name into the sites of a socketed model.</summary>
public static partial class HookPoint
{
    /// <summary>
    /// The site whose residual stream is that of the hook point; null where there is none (an MLP or attention output,
    /// the embedding, an unknown name). The residual stream before block N is the one after block N − 1.
    /// </summary>
    /// <param name="hookName">
    /// <c>blocks.N.hook_resid_post</c>, <c>blocks.N.hook_resid_pre</c>, a block's module name (<c>model.layers.N</c>,
    /// <c>transformer.h.N</c>, <c>gpt_neox.layers.N</c>, or <c>layers.N</c> and <c>h.N</c> within the base model: its output), or a site's own name.
    /// </param>
    public static string? ToSite(string hookName)
    {
        ArgumentNullException.ThrowIfNull(hookName);
        var match = Pattern().Match(hookName);
        if (!match.Success || !int.TryParse(match.Groups["block"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var block))
        {
            return null;
        }

        block -= match.Groups["pre"].Success ? 1 : 0;
        return block < 0 ? null : SocketLayout.ResidualSite(block);
    }

    /// <summary>The hook point of a site, as autoencoder files name it: <c>resid_post.15</c> is <c>blocks.15.hook_resid_post</c>.</summary>
    /// <param name="site">The site.</param>
    /// <exception cref="SteeringException">There is no such site.</exception>
    public static string OfSite(string site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var match = Pattern().Match(site);
        return match.Success && ToSite(site) == site
            ? $"blocks.{match.Groups["block"].Value}.hook_resid_post"
            : throw new SteeringException($"'{site}' is no site; a site is the residual stream after a block, as in {SocketLayout.ResidualSite(15)}.");
    }

    [GeneratedRegex(@"^(?:blocks\.(?<block>\d{1,6})\.hook_resid_(?:post|(?<pre>pre))|(?:model\.layers|layers|transformer\.h|h|gpt_neox\.layers)\.(?<block>\d{1,6})|resid_post\.(?<block>\d{1,6}))\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
