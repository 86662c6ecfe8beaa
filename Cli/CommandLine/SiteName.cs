using System.Globalization;
using Steering.Sockets;

namespace Steering.Cli.CommandLine;

/// <summary>Finds the site that a user means.</summary>
internal static class SiteName
{
    /// <summary>The name of a site written as <c>resid_post.15</c> or <c>15</c>.</summary>
    public static string Full(string given) =>
        int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var block) ? SocketLayout.ResidualSite(block) : given;

    /// <summary>The site written as <c>resid_post.15</c> or <c>15</c>.</summary>
    /// <exception cref="SteeringException">The model has no sockets, or not this one.</exception>
    public static SocketSite Require(SocketManifest? manifest, string given, string folder)
    {
        if (manifest is null)
        {
            throw new SteeringException($"{folder} has no sockets, so there is no site {given} to read. Make a socketed folder with 'steer socket {folder} OUT --sites {given}'.");
        }

        var name = Full(given);
        return manifest.Sites.FirstOrDefault(site => string.Equals(site.Name, name, StringComparison.Ordinal))
            ?? throw new SteeringException($"{folder} has no site {name}. Its sites are {string.Join(", ", manifest.Sites.Select(site => site.Name))}; add others with 'steer socket'.");
    }
}
