using System.Text.Json;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>Reads the lists that a host sends.</summary>
internal static class HubListing
{
    private const int MaximumQuery = 4096;
    private const int MaximumName = 200;
    private const long MaximumSize = 1L << 50;

    /// <summary>Adds one page of a listing.</summary>
    /// <param name="source">Where it came from, for messages.</param>
    /// <param name="utf8">The page: an array of entries with type, path, size, oid, and lfs for large files.</param>
    /// <param name="files">Receives the files by path.</param>
    /// <exception cref="SteeringException">It is no such page, or names a file twice.</exception>
    public static void Read(string source, ReadOnlyMemory<byte> utf8, Dictionary<string, HubFile> files)
    {
        using var document = StrictJson.Parse(source, utf8);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw Unreadable(source, $"it is a JSON {document.RootElement.ValueKind}, not an array");
        }

        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var type = Text(entry, "type") ?? throw Unreadable(source, "an entry has no type");
            if (type is not "file")
            {
                continue;
            }

            var file = File(entry) ?? throw Unreadable(source, "a file has no path, no size, or neither SHA-256 nor git hash");
            if (!files.TryAdd(file.Path, file))
            {
                throw Unreadable(source, "it names a file twice");
            }
        }
    }

    /// <summary>
    /// The query of the next page, or null at the last one. Only the query is taken: a listing that a mirror hands on names
    /// another host, to which the token must not go.
    /// </summary>
    public static string? NextQuery(HttpResponseMessage answer, Uri address)
    {
        if (!answer.Headers.TryGetValues("Link", out var values))
        {
            return null;
        }

        foreach (var link in values.SelectMany(value => value.Split(',')))
        {
            int start = link.IndexOf('<', StringComparison.Ordinal), end = link.IndexOf('>', StringComparison.Ordinal);
            if (start < 0 || end < start || !link[(end + 1)..].Replace("\"", string.Empty, StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            return Uri.TryCreate(address, link[(start + 1)..end], out var next) && next.Query.Length is > 1 and <= MaximumQuery
                ? next.Query
                : throw Unreadable(address.AbsoluteUri, "the link to its next page cannot be read");
        }

        return null;
    }

    /// <summary>The names in a list of repositories or of branches and tags.</summary>
    /// <exception cref="SteeringException">It is not JSON.</exception>
    public static IReadOnlyList<string> Names(string source, ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.Parse(source, utf8);
        var root = document.RootElement;
        IEnumerable<JsonElement> Items(string name) =>
            root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
        var names = root.ValueKind == JsonValueKind.Array
            ? root.EnumerateArray().Select(item => Text(item, "id"))
            : Items("branches").Concat(Items("tags")).Select(item => Text(item, "name"));
        return [.. names.OfType<string>().Where(name => name.Length is > 0 and <= MaximumName && !name.Any(char.IsControl))];
    }

    private static HubFile? File(JsonElement entry)
    {
        var large = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var content = large ? lfs : entry;
        return Text(entry, "path") is { Length: > 0 } path
            && content.TryGetProperty("size", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) && size is >= 0 and <= MaximumSize
            && ContentHash.TryParseHex(Text(content, "oid"), out var hash) && hash.IsGitBlob != large
                ? new HubFile(path, size, hash)
                : null;
    }

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static SteeringException Unreadable(string source, string reason) =>
        new($"The listing {source} cannot be used: {reason}. A host that is compatible with Hugging Face was expected; check --endpoint and HF_ENDPOINT.");
}

/// <summary>A file as the host lists it.</summary>
/// <param name="Path">Path in the repository, not yet trusted.</param>
/// <param name="Size">Bytes of its content.</param>
/// <param name="Hash">What its content must hash to.</param>
internal sealed record HubFile(string Path, long Size, ContentHash Hash);
