using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class TarballTests
{
    [TestMethod]
    public void Extract_TakesTheWantedFilesOnly()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", ("package/Runtime/A.cs", "class A;"), ("package/Other/B.cs", "class B;"));
        var target = pad.NewFolder("out");

        var written = Tarball.Extract(tarball, target, name => name.StartsWith("package/Runtime/", StringComparison.Ordinal), CancellationToken.None);

        CollectionAssert.AreEqual(new[] { "package/Runtime/A.cs" }, written.ToArray());
        Assert.AreEqual("class A;", File.ReadAllText(Path.Combine(target, "package", "Runtime", "A.cs")));
        Assert.HasCount(1, Directory.GetFiles(target, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow("../escaped.txt")]
    [DataRow("package/../../escaped.txt")]
    [DataRow("/escaped.txt")]
    [DataRow("package//escaped.txt")]
    [DataRow("./escaped.txt")]
    [DataRow("package\\..\\..\\escaped.txt")]
    [DataRow("C:escaped.txt")]
    public void Extract_WhenAnEntryLeavesTheFolder_RefusesAndWritesNothing(string name)
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", (name, "out"));
        var target = pad.NewFolder("out");

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, target, _ => true, CancellationToken.None));

        Assert.Contains("would leave the folder", problem.Message);
        Assert.IsEmpty(Directory.GetFiles(pad.Folder, "escaped.txt", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow(TarEntryType.SymbolicLink)]
    [DataRow(TarEntryType.HardLink)]
    public void Extract_WhenAnEntryIsALink_Refuses(TarEntryType kind)
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", [new PaxTarEntry(kind, "package/link") { LinkName = "/etc/passwd" }]);

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, pad.NewFolder("out"), _ => true, CancellationToken.None));

        Assert.Contains("only plain files are accepted", problem.Message);
    }

    [TestMethod]
    public void Extract_WhenAnEntryStandsTwice_Refuses()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", ("package/a", "1"), ("package/a", "2"));

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, pad.NewFolder("out"), _ => true, CancellationToken.None));

        Assert.Contains("twice", problem.Message);
    }

    [TestMethod]
    public void Extract_WhenAnEntryStatesMoreThanTheCap_RefusesBeforeUnpacking()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Zipped("a.tgz", Header("package/huge", Tarball.MaximumEntryBytes + 1));
        var target = pad.NewFolder("out");

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, target, _ => true, CancellationToken.None));

        Assert.Contains("states 536870913 bytes", problem.Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(target));
    }

    [TestMethod]
    public void Extract_WhenThereAreTooManyEntries_Refuses()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball(
            "a.tgz",
            Enumerable.Range(0, Tarball.MaximumEntries + 1).Select(i => new UstarTarEntry(TarEntryType.RegularFile, "package/" + i.ToString(CultureInfo.InvariantCulture))));

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, pad.NewFolder("out"), _ => false, CancellationToken.None));

        Assert.Contains("more than 20000 entries", problem.Message);
    }

    [TestMethod]
    public void Extract_WhenTheFileIsCutOff_SaysSo()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Zipped("a.tgz", [.. Header("package/a", 4096), .. new byte[100]]);

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(tarball, pad.NewFolder("out"), _ => true, CancellationToken.None));

        Assert.Contains("not a well-formed tarball", problem.Message);
    }

    [TestMethod]
    public void Extract_WhenTheFileIsNoArchive_SaysSo()
    {
        using var pad = new Scratchpad();
        File.WriteAllText(pad.Path("a.tgz"), "<html>not found</html>");

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Extract(pad.Path("a.tgz"), pad.NewFolder("out"), _ => true, CancellationToken.None));

        Assert.Contains("not a well-formed tarball", problem.Message);
    }

    [TestMethod]
    public void Verify_WhenTheDigestDiffers_NamesBothAndWhatToDo()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", ("package/a", "1"));
        var pin = Scratchpad.Pin(tarball);
        Tarball.Verify(tarball, pin);
        File.AppendAllText(tarball, "x");

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Verify(tarball, pin));

        Assert.Contains("made-up@1.0.0 has SHA-512 ", problem.Message);
        Assert.Contains("expected " + pin.Sha512, problem.Message);
        Assert.Contains("npm cache verify", problem.Message);
    }

    [TestMethod]
    public void Verify_WhenTheFileIsTooLarge_RefusesWithoutReadingIt()
    {
        using var pad = new Scratchpad();
        var tarball = pad.Tarball("a.tgz", ("package/a", "1"));

        var problem = Assert.ThrowsExactly<FeedException>(() => Tarball.Verify(tarball, Scratchpad.Pin(tarball) with { MaximumBytes = 10 }));

        Assert.Contains("more than the 10 allowed", problem.Message);
    }

    /// <summary>A lone ustar header, whose stated size no writer would let us state.</summary>
    private static byte[] Header(string name, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes("0000644\0", header.AsSpan(100));
        Encoding.ASCII.GetBytes("0000000\0", header.AsSpan(108));
        Encoding.ASCII.GetBytes("0000000\0", header.AsSpan(116));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0') + "\0", header.AsSpan(124));
        Encoding.ASCII.GetBytes("00000000000\0", header.AsSpan(136));
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar\0" + "00", header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(value => (int)value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
        return header;
    }
}
