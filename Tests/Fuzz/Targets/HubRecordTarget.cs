using System.Text;
using Steering.Export.Hub;

namespace Steering.Fuzz.Targets;

/// <summary>The record of a pull that lies in a folder.</summary>
internal sealed class HubRecordTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public string Name => "hub-record";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes(
            """{"format": 1, "endpoint": "https://huggingface.co", "repository": "org/name", "revision": "main", "commit": "0123456789abcdef0123456789abcdef01234567", "files": [{"path": "config.json", "size": 700, "hash": "git-sha1:0123456789abcdef0123456789abcdef01234567", "modified": 638000000000000000}, {"path": "a/model.safetensors", "size": 9, "hash": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}"""),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "format", "endpoint", "repository", "revision", "commit", "files", "path", "size", "hash", "modified", "git-sha1:", "sha256:", "null" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        _folder.Write("pull.json", input);
        var path = Path.Combine(_folder.Path, "pull.json");
        var record = PullRecord.Read(path);
        using (var again = File.Create(path))
        {
            record.Write(again);
        }

        if (!PullRecord.Read(path).Files.Values.SequenceEqual(record.Files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)))
        {
            throw new FuzzFindingException("The record reads back otherwise than it was written.");
        }
    }

    public void Dispose() => _folder.Dispose();
}
