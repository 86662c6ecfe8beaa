using System.Globalization;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Export.Cuts;

/// <summary>Reads the names under which a site of the residual stream can be written.</summary>
internal static class SiteText
{
    private const string Before = "resid_pre.";

    /// <summary><c>resid_pre.0</c> or <c>resid_post.N</c>; null for what names no place on the residual stream.</summary>
    public static string? Normalise(string site)
    {
        if (site is "resid_pre.0" or "blocks.0.hook_resid_pre")
        {
            return Before + "0";
        }

        if (site.StartsWith(Before, StringComparison.Ordinal)
            && int.TryParse(site.AsSpan(Before.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var block) && block > 0)
        {
            return SocketLayout.ResidualSite(block - 1);
        }

        return HookPoint.ToSite(site);
    }
}
