using System.Buffers;
using System.Text;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>Names of files as a host lists them: refused where they could be written elsewhere than they say, on any system.</summary>
internal static class HubPaths
{
    private const int MaximumComponent = 200;
    private const int MaximumPath = 1024;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>\"|?*");

    private static readonly HashSet<string> Devices = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"COM{number}", $"LPT{number}" }),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Resolves a listed path inside a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">The path as listed.</param>
    /// <exception cref="SteeringException">It leaves the folder, or is reserved on some system.</exception>
    public static string Resolve(string folder, string path)
    {
        Check(path);
        return ContainedPath.Resolve(folder, path);
    }

    /// <summary>Refuses paths that exclude each other on some system.</summary>
    /// <exception cref="SteeringException">Two differ only in case, or one is a folder of another.</exception>
    public static void CheckTogether(IReadOnlyCollection<string> paths)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths)
        {
            if (!seen.TryAdd(path, path))
            {
                throw new SteeringException($"The repository holds '{seen[path]}' and '{path}', which are one file on some systems. Choose one of them with --file.");
            }
        }

        foreach (var path in paths)
        {
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (seen.TryGetValue(path[..slash], out var file))
                {
                    throw new SteeringException($"The host lists '{file}' as a file and '{path}' below it; the listing contradicts itself, and nothing was fetched.");
                }
            }
        }
    }

    private static void Check(string path)
    {
        var reason = path.Length > MaximumPath ? "is longer than 1,024 letters"
            : path.Any(char.IsControl) ? "holds control characters"
            : path.AsSpan().ContainsAny(Forbidden) ? "holds characters that some systems do not allow"
            : path.Split('/').Select(Fault).FirstOrDefault(fault => fault is not null);
        if (reason is not null)
        {
            throw new SteeringException($"The repository names a file '{Shown(path)}', which {reason}; nothing of that name is written. Choose other files with --file.");
        }
    }

    private static string? Fault(string component)
    {
        var stem = component.Split('.')[0].TrimEnd();
        return component.Length == 0 || component is "." or ".." ? "is not a plain relative path"
            : Encoding.UTF8.GetByteCount(component) > MaximumComponent ? "has a part of more than 200 bytes"
            : component[^1] is '.' or ' ' ? "has a part that ends in a dot or a blank"
            : Devices.Contains(stem) ? "is the name of a device on some systems"
            : component.Equals(PullFolder.Name, StringComparison.OrdinalIgnoreCase) || component.Equals(".git", StringComparison.OrdinalIgnoreCase) ? "is a reserved name"
            : null;
    }

    private static string Shown(string path) =>
        string.Concat(path.Take(100).Select(letter => char.IsControl(letter) ? '\uFFFD' : letter)) + (path.Length > 100 ? "…" : string.Empty);
}
