namespace Steering.IO;

/// <summary>
/// Resolves a relative path found inside a file (an index, a manifest) and refuses to leave the folder it belongs to,
/// by its letters or through symbolic links.
/// </summary>
public static class ContainedPath
{
    private const int MaximumLinks = 40;

    /// <summary>Resolves <paramref name="relative"/> inside <paramref name="folder"/>.</summary>
    /// <param name="folder">The folder that must not be left.</param>
    /// <param name="relative">A relative path as written in an untrusted file; forward slashes separate.</param>
    /// <param name="linkRoot">
    /// A second folder into which symbolic links may lead (a download cache that keeps the files beside the links), or null.
    /// </param>
    /// <returns>The absolute path. It need not exist.</returns>
    /// <exception cref="SteeringException">The path is empty, absolute, or leaves the folder.</exception>
    public static string Resolve(string folder, string relative, string? linkRoot = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(relative);
        if (relative.Length == 0 || relative.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            throw Refusal(folder, relative, "is empty or holds control characters");
        }

        // A backslash or a colon means another folder or a device on some systems: refused on every system, so that a
        // folder written on one is safe on the other.
        if (Path.IsPathRooted(relative) || relative.AsSpan().ContainsAny('\\', ':'))
        {
            throw Refusal(folder, relative, "is not a plain relative path");
        }

        if (relative.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw Refusal(folder, relative, "contains '..'");
        }

        var full = Path.GetFullPath(Path.Combine(folder, relative));
        var real = FollowLinks(full);
        if (!IsInside(real, FollowLinks(Path.GetFullPath(folder)))
            && (linkRoot is null || !IsInside(real, FollowLinks(Path.GetFullPath(linkRoot)))))
        {
            throw Refusal(folder, relative, $"leads to {real}, outside the folder");
        }

        return full;
    }

    /// <summary>Whether <paramref name="path"/> lies below <paramref name="folder"/>, by its letters alone.</summary>
    internal static bool IsInside(string path, string folder)
    {
        var prefix = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    private static string FollowLinks(string path)
    {
        var links = 0;
        var current = Path.GetPathRoot(path)!;
        var pending = new Stack<string>(Components(path, current).Reverse());
        while (pending.TryPop(out var component))
        {
            if (string.Equals(component, "..", StringComparison.Ordinal))
            {
                current = Path.GetDirectoryName(current) ?? current;
                continue;
            }

            current = Path.Combine(current, component);
            if (new FileInfo(current).LinkTarget is not { } target)
            {
                continue;
            }

            if (++links > MaximumLinks)
            {
                throw new SteeringException($"'{path}' passes through more than {MaximumLinks} symbolic links; give the real path.");
            }

            var parent = Path.GetDirectoryName(current)!;
            current = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : parent;
            foreach (var part in Components(target, Path.IsPathRooted(target) ? current : string.Empty).Reverse())
            {
                pending.Push(part);
            }
        }

        return current;
    }

    private static IEnumerable<string> Components(string path, string root) =>
        path[root.Length..]
            .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
            .Where(component => !string.Equals(component, ".", StringComparison.Ordinal));

    private static SteeringException Refusal(string folder, string relative, string reason) =>
        new($"The path '{relative}' {reason}. A relative path inside {folder} was expected; correct the file that names it.");
}
