using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Steering.Tests.Export.Hub.Support;

/// <summary>A host with one repository that keeps to the protocol, except where a test puts another answer in.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly Dictionary<string, (byte[] Content, bool IsLarge)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<Func<HubCall, Task>>> _scripts = new(StringComparer.Ordinal);

    public FakeHub(string id = "org/name")
    {
        Id = id;
        Server = new LocalServer(AnswerAsync);
    }

    public string Id { get; }

    public LocalServer Server { get; }

    /// <summary>The commit that every revision means.</summary>
    public string Head { get; set; } = Commit;

    /// <summary>Entries of the listing that stand for no file of this host.</summary>
    public List<string> ForeignEntries { get; } = [];

    /// <summary>Files on a page of the listing.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    /// <summary>Targets of the requests for contents so far.</summary>
    public string[] Downloads => [.. Server.Calls.Select(call => call.Target).Where(target => target.Contains("/resolve/", StringComparison.Ordinal))];

    /// <summary>Bytes that differ from each other and from any shift of themselves.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        var state = (uint)seed * 2654435761u;
        for (var index = 0; index < count; index++)
        {
            state = (state * 1664525u) + 1013904223u;
            bytes[index] = (byte)(state >> 24);
        }

        return bytes;
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

#pragma warning disable CA5350 // Git names contents so.
    public static string GitSha1(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")), .. content]));
#pragma warning restore CA5350

    public static string Entry(string path, long size, string hash) => hash.Length == 64
        ? $$"""{"type": "file", "oid": "{{new string('a', 40)}}", "size": {{size}}, "path": {{JsonSerializer.Serialize(path)}}, "lfs": {"oid": "{{hash}}", "size": {{size}}, "pointerSize": 134} }"""
        : $$"""{"type": "file", "oid": "{{hash}}", "size": {{size}}, "path": {{JsonSerializer.Serialize(path)}} }""";

    /// <summary>Adds a small file, or one in large-file storage.</summary>
    public FakeHub Add(string path, byte[] content, bool large = false)
    {
        _files[path] = (content, large);
        return this;
    }

    /// <summary>Adds a small text file.</summary>
    public FakeHub Add(string path, string content) => Add(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Takes a file away.</summary>
    public void Remove(string path) => _files.Remove(path);

    /// <summary>The next requests whose target holds the text are answered so, one answer each; then the host is itself again.</summary>
    public FakeHub Next(string target, params Func<HubCall, Task>[] answers)
    {
        if (!_scripts.TryGetValue(target, out var queue))
        {
            _scripts[target] = queue = new Queue<Func<HubCall, Task>>();
        }

        Array.ForEach(answers, queue.Enqueue);
        return this;
    }

    /// <summary>Answers as the host does.</summary>
    public async Task HonestAsync(HubCall call)
    {
        if (call.Target.Contains("/revision/", StringComparison.Ordinal))
        {
            await call.AnswerAsync(200, $$"""{"id": "{{Id}}", "sha": "{{Head}}", "siblings": []}""");
        }
        else if (call.Target.Contains("/tree/", StringComparison.Ordinal))
        {
            await ListAsync(call);
        }
        else if (Path(call) is { } path && _files.TryGetValue(path, out var file))
        {
            await ContentAsync(call, file.Content, file.IsLarge);
        }
        else
        {
            await call.AnswerAsync(404, "Not Found");
        }
    }

    public void Dispose() => Server.Dispose();

    private static async Task ContentAsync(HubCall call, byte[] content, bool large)
    {
        var hash = large ? Sha256(content) : GitSha1(content);
        string[] facts = [$"ETag: \"{hash}\"", $"X-Repo-Commit: {Commit}"];
        var fits = call.Header("If-Range") is not { } condition || condition == $"\"{hash}\"";
        if (call.Header("Range") is null || !fits)
        {
            await call.AnswerAsync(200, content, facts);
            return;
        }

        await call.AnswerAsync(206, content.AsMemory(call.From), [.. facts, $"Content-Range: bytes {call.From}-{content.Length - 1}/{content.Length}"]);
    }

    private string? Path(HubCall call)
    {
        var prefix = $"/{Id}/resolve/{Head}/";
        return call.Target.StartsWith(prefix, StringComparison.Ordinal) ? Uri.UnescapeDataString(call.Target[prefix.Length..]) : null;
    }

    private Task AnswerAsync(HubCall call)
    {
        var script = _scripts.FirstOrDefault(entry => call.Target.Contains(entry.Key, StringComparison.Ordinal) && entry.Value.Count > 0).Value;
        return script is null ? HonestAsync(call) : script.Dequeue()(call);
    }

    private Task ListAsync(HubCall call)
    {
        var cursor = call.Target.IndexOf("cursor=", StringComparison.Ordinal) is >= 0 and var at ? int.Parse(call.Target.AsSpan(at + 7), CultureInfo.InvariantCulture) : 0;
        var entries = _files.Select(file => Entry(file.Key, file.Value.Content.Length, file.Value.IsLarge ? Sha256(file.Value.Content) : GitSha1(file.Value.Content)))
            .Concat(ForeignEntries)
            .Prepend("""{"type": "directory", "oid": "", "size": 0, "path": "folder"}""")
            .ToArray();
        var page = entries.Skip(cursor).Take(PageSize).ToArray();
        string[] link = cursor + page.Length < entries.Length
            ? [$"Link: <https://elsewhere.invalid/api/models/{Id}/tree/{Head}?recursive=true&cursor={cursor + page.Length}>; rel=\"next\""]
            : [];
        return call.AnswerAsync(200, $"[{string.Join(", ", page)}]", link);
    }
}
