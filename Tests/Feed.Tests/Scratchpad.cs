using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Steering.Feed;

namespace Steering.Tests.Feed;

/// <summary>A folder that goes when the test ends, and the small archives these tests are made of.</summary>
internal sealed class Scratchpad : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("steering-feed-").FullName;

    public string Path(params string[] parts) => System.IO.Path.Combine([Folder, .. parts]);

    public string NewFolder(string name) => Directory.CreateDirectory(Path(name)).FullName;

    /// <summary>Writes a tarball of plain files.</summary>
    public string Tarball(string name, params (string Entry, string Content)[] files) =>
        Tarball(name, files.Select(file => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, file.Entry)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content)),
        }));

    public string Tarball(string name, IEnumerable<TarEntry> entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return Zipped(name, tar.ToArray());
    }

    public string Zipped(string name, byte[] content)
    {
        var path = Path(name);
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        zip.Write(content);
        return path;
    }

    /// <summary>The pin that a tarball answers to.</summary>
    public static NpmPackage Pin(string tarball, string name = "made-up") =>
        new(name, "1.0.0", Convert.ToBase64String(SHA512.HashData(File.ReadAllBytes(tarball))), 1 << 20);

    /// <summary>A stand-in for the npm client: a script that runs <paramref name="body"/> with the destination folder in <c>$4</c>.</summary>
    public NpmClient FakeNpm(string body)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new AssertInconclusiveException("Skipped: the stand-in for npm is a shell script.");
        }

        var script = Path("npm-" + Guid.NewGuid().ToString("N"));
        File.WriteAllText(script, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new NpmClient(script);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
