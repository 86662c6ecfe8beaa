using System.Globalization;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Cli.CommandLine;

/// <summary>An SAE as the command line names it: <c>[ID=]DIR[@SITE]</c>.</summary>
/// <param name="Id">Id by which policies and dials name it.</param>
/// <param name="Sae">The SAE.</param>
/// <param name="Folder">The folder it lies in.</param>
/// <param name="GivenSite">Site that was given, or null.</param>
internal sealed record NamedSae(string Id, SparseAutoencoder Sae, string Folder, string? GivenSite)
{
    /// <summary>Site that it belongs to, or null where neither the command line nor its configuration says.</summary>
    public string? Site => GivenSite ?? Sae.Site;

    /// <summary>Loads an SAE.</summary>
    /// <param name="text">The text, as in <c>main=sae-l15@15</c>.</param>
    /// <param name="place">Turns what stands for the folder into its path; null takes it as it is.</param>
    /// <exception cref="SteeringException">The folder holds no SAE.</exception>
    public static NamedSae Load(string text, Func<string, string>? place = null)
    {
        var (id, folder, site) = Parse(text);
        folder = place is null ? folder : place(folder);
        return new NamedSae(id, SaeFolder.Load(folder), SaeFolder.FolderOf(folder), site);
    }

    /// <summary>Splits the text; a folder without id has its own name, one without site that of its configuration.</summary>
    public static (string Id, string Folder, string? Site) Parse(string text)
    {
        var (folder, site) = SplitSite(text);
        var equals = folder.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && folder.AsSpan(0, equals).IndexOfAny('/', '\\') < 0 && !Directory.Exists(folder)
            ? (folder[..equals], folder[(equals + 1)..], site)
            : (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), folder, site);
    }

    /// <summary>Splits <c>DIR@SITE</c>; what follows another @ belongs to the folder's name.</summary>
    public static (string Folder, string? Site) SplitSite(string text) =>
        text.LastIndexOf('@') is var at and > 0 && IsSite(text[(at + 1)..]) ? (text[..at], SiteName.Full(text[(at + 1)..])) : (text, null);

    private static bool IsSite(string text) =>
        text.StartsWith("resid_post.", StringComparison.Ordinal) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}

/// <summary>Loads the SAE that a command line names.</summary>
internal static class SaeSource
{
    /// <summary>Loads an SAE without statistics: a catalogue beside it may be stale, and is about to be replaced.</summary>
    /// <exception cref="SteeringException">There is no SAE there.</exception>
    public static SparseAutoencoder LoadBare(string path) => SparseAutoencoder.Create(SaeFolder.ReadParameters(path));
}
