using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Steering.Feed;

/// <summary>Reads an npm tarball as the hostile file it may be: digest first, then every entry's name, kind and size.</summary>
internal static class Tarball
{
    /// <summary>Entries an archive may hold at most.</summary>
    public const int MaximumEntries = 20_000;

    /// <summary>Bytes one entry may unpack to at most.</summary>
    public const long MaximumEntryBytes = 512L << 20;

    /// <summary>Bytes all entries may unpack to at most.</summary>
    public const long MaximumTotalBytes = 2L << 30;

    /// <summary>Checks size and SHA-512 against the pin.</summary>
    /// <exception cref="FeedException">The file is not the one that was pinned.</exception>
    public static void Verify(string path, NpmPackage expected)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > expected.MaximumBytes)
        {
            throw new FeedException(
                $"The tarball of {expected} has {stream.Length} bytes, more than the {expected.MaximumBytes} allowed: it is not the package this program was written for. Nothing was unpacked.");
        }

        var digest = Convert.ToBase64String(SHA512.HashData(stream));
        if (!string.Equals(digest, expected.Sha512, StringComparison.Ordinal))
        {
            throw new FeedException(
                $"The tarball of {expected} has SHA-512 {digest}, expected {expected.Sha512}: the registry served another file. Nothing was unpacked; clear npm's cache (npm cache verify) and try again, and do not go on if it happens again.");
        }
    }

    /// <summary>Unpacks the entries that <paramref name="wanted"/> accepts below a folder; every other entry is only checked.</summary>
    /// <param name="path">The <c>.tgz</c> file.</param>
    /// <param name="folder">Existing folder to unpack into.</param>
    /// <param name="wanted">Says by entry name whether a file is taken.</param>
    /// <param name="cancellation">Stops between entries.</param>
    /// <returns>Names of the entries written.</returns>
    /// <exception cref="FeedException">A name leaves the folder, a link or device, an entry twice, or too much of anything.</exception>
    public static IReadOnlyList<string> Extract(string path, string folder, Func<string, bool> wanted, CancellationToken cancellation)
    {
        using var file = File.OpenRead(path);
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new TarReader(unzipped);
        var written = new List<string>();
        var entries = 0;
        var total = 0L;
        try
        {
            while (reader.GetNextEntry() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                total += CheckSize(entry, ++entries, total);
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                CheckNameAndKind(entry);
                if (wanted(entry.Name))
                {
                    WriteEntry(entry, folder);
                    written.Add(entry.Name);
                }
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new FeedException($"{Path.GetFileName(path)} is not a well-formed tarball: {problem.Message}", problem);
        }

        return written;
    }

    private static long CheckSize(TarEntry entry, int entries, long total)
    {
        if (entries > MaximumEntries)
        {
            throw new FeedException($"The tarball has more than {MaximumEntries} entries; it was not unpacked further.");
        }

        if (entry.Length > MaximumEntryBytes || entry.Length > MaximumTotalBytes - total)
        {
            throw new FeedException(
                $"Entry '{entry.Name}' of the tarball states {entry.Length} bytes; one entry may have {MaximumEntryBytes} and all together {MaximumTotalBytes}. It was not unpacked.");
        }

        return entry.Length;
    }

    private static void CheckNameAndKind(TarEntry entry)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new FeedException($"Entry '{entry.Name}' of the tarball is of kind {entry.EntryType}; only plain files are accepted.");
        }

        var parts = entry.Name.Split('/');
        if (entry.Name.AsSpan().ContainsAny('\\', '\0', ':') || parts.Any(part => part is "" or "." or ".."))
        {
            throw new FeedException($"Entry '{entry.Name}' of the tarball would leave the folder it is unpacked into; it was refused.");
        }
    }

    private static void WriteEntry(TarEntry entry, string folder)
    {
        var target = Path.Combine(folder, entry.Name.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.Exists(target))
        {
            throw new FeedException($"Entry '{entry.Name}' stands in the tarball twice; it was refused.");
        }

        using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        entry.DataStream?.CopyTo(output);
    }
}
