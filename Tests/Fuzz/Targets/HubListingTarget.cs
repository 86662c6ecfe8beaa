using System.Text;
using Steering.Export.Hub;

namespace Steering.Fuzz.Targets;

/// <summary>A page of a repository's listing, as a host sends it; every path that is accepted must stay in its folder.</summary>
internal sealed class HubListingTarget : IFuzzTarget
{
    private readonly ScratchFolder _folder = new();

    public string Name => "hub-listing";

    public bool IsJson => true;

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """[{"type": "directory", "oid": "0123456789abcdef0123456789abcdef01234567", "size": 0, "path": "blocks.8"}, {"type": "file", "oid": "0123456789abcdef0123456789abcdef01234567", "size": 700, "path": "blocks.8/cfg.json"}]""",
            """[{"type": "file", "oid": "89abcdef0123456789abcdef0123456789abcdef", "size": 99, "path": "model.safetensors", "lfs": {"oid": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "size": 99, "pointerSize": 134}, "xetHash": "x"}]""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "type", "file", "directory", "oid", "size", "path", "lfs", "../", "..\\", "NUL", "/etc/passwd", ".steer-pull/pull.json", "C:" }.Select(Encoding.ASCII.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
        HubListing.Read("page", input.ToArray(), files);
        HubPaths.CheckTogether(files.Keys);
        foreach (var path in files.Keys)
        {
            var full = HubPaths.Resolve(_folder.Path, path);
            if (!full.StartsWith(_folder.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new FuzzFindingException($"'{path}' leaves the folder: {full}");
            }
        }
    }

    public void Dispose() => _folder.Dispose();
}
