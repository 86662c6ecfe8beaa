using System.Text.Json;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>What a folder was pulled from: repository, commit, and each file with its hash and whether it is there yet.</summary>
internal sealed record PullRecord
{
    private const int Format = 1;
    private const int MaximumBytes = 64 << 20;

    /// <summary>Address of the host.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The repository's id.</summary>
    public required string Repository { get; init; }

    /// <summary>The revision that was asked for.</summary>
    public required string Revision { get; init; }

    /// <summary>The commit it meant.</summary>
    public required string Commit { get; init; }

    /// <summary>The files by path.</summary>
    public required IReadOnlyDictionary<string, RecordedFile> Files { get; init; }

    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is no record of a known format.</exception>
    public static PullRecord Read(string path)
    {
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumBytes));
        var root = document.RootElement;
        SteeringException Damaged(string what) => new($"{path} is no record of a pull ({what}); remove it, and the next pull checks every file again.");
        string Text(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Damaged($"'{name}' is missing or no text");
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Damaged("not an object");
        }

        if (!root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out var number) || number != Format)
        {
            throw Damaged($"its format is not {Format}");
        }

        if (!root.TryGetProperty("files", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw Damaged("'files' is missing");
        }

        var files = new Dictionary<string, RecordedFile>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !ContentHash.TryParse(Text(item, "hash"), out var hash)
                || !item.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out var bytes) || bytes < 0
                || !TryModified(item, out var modified))
            {
                throw Damaged("a file's entry cannot be read");
            }

            var file = Text(item, "path");
            if (!files.TryAdd(file, new RecordedFile(file, bytes, hash, modified)))
            {
                throw Damaged("a file stands in it twice");
            }
        }

        var commit = Text(root, "commit");
        return HubRepository.IsCommit(commit)
            ? new PullRecord { Endpoint = Text(root, "endpoint"), Repository = Text(root, "repository"), Revision = Text(root, "revision"), Commit = commit, Files = files }
            : throw Damaged("'commit' is no commit");
    }

    /// <summary>Writes the record.</summary>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the record as JSON.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("format", Format);
        writer.WriteString("endpoint", Endpoint);
        writer.WriteString("repository", Repository);
        writer.WriteString("revision", Revision);
        writer.WriteString("commit", Commit);
        writer.WriteStartArray("files");
        foreach (var file in Files.Values.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path);
            writer.WriteNumber("size", file.Size);
            writer.WriteString("hash", file.Hash.ToString());
            if (file.Modified is { } ticks)
            {
                writer.WriteNumber("modified", ticks);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static bool TryModified(JsonElement item, out long? modified)
    {
        modified = null;
        if (!item.TryGetProperty("modified", out var value))
        {
            return true;
        }

        var isNumber = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var ticks) && (modified = ticks) is not null;
        return isNumber;
    }
}

/// <summary>A file as a folder's record has it.</summary>
/// <param name="Path">Path below the folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Hash">What its content hashes to.</param>
/// <param name="Modified">When the checked file was last written, in ticks of UTC; null while it is still to come.</param>
internal sealed record RecordedFile(string Path, long Size, ContentHash Hash, long? Modified)
{
    /// <summary>Whether a file on the disk is still the one that was checked.</summary>
    public bool IsUntouched(FileInfo file) => Modified is { } ticks && file.Exists && file.Length == Size && file.LastWriteTimeUtc.Ticks == ticks;
}
