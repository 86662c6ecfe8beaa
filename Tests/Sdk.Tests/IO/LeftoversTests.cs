using Steering.IO;

namespace Steering.Tests.Sdk.IO;

/// <summary>What a killed process leaves is removed by the next that writes there, and nothing else is.</summary>
[TestClass]
public sealed class LeftoversTests : IDisposable
{
    // This process's number with another start: a process that has ended, whose number was given again.
    private static readonly OwnerMark Dead = OwnerMark.Current with { Started = OwnerMark.Current.Started + 1 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Temporaries_OfAProcessThatHasEnded_GoWithTheNextWrite()
    {
        var file = _folder.Write($".weights.safetensors.{Dead}.1.tmp", new byte[1000]);
        var folder = Directory.CreateDirectory(_folder[$".sae.{Dead}.2.tmp"]).FullName;
        File.WriteAllText(Path.Combine(folder, "half"), "x");
        AtomicFile.WriteAllText(_folder["other.txt"], "new");
        Assert.IsFalse(File.Exists(file) || Directory.Exists(folder));

        Directory.CreateDirectory(folder);
        AtomicFolder.Create(_folder["made"]).Dispose();
        Assert.IsFalse(Directory.Exists(folder));
    }

    [TestMethod]
    public void Temporaries_OfOthers_Stay()
    {
        string[] kept =
        [
            $".a.{OwnerMark.Current}.1.tmp",
            $".b.{Dead with { Place = "00000000" }}.1.tmp",
            ".c.0123456789abcdef0123456789abcdef.tmp",
            $"d.{Dead}.1.tmp",
            $".e.{Dead}.1.txt",
            ".f.tmp",
        ];
        foreach (var name in kept)
        {
            _folder.Write(name, "x"u8);
        }

        AtomicFile.WriteAllText(_folder["other.txt"], "new");
        Assert.HasCount(kept.Length + 1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void AFolderThatMadeRoom_GetsItsNameBack_UnlessItsSuccessorHasIt()
    {
        var old = Directory.CreateDirectory(_folder[$".sae.v2.{Dead}.1.old"]).FullName;
        File.WriteAllText(Path.Combine(old, "weights"), "mine");
        Leftovers.Sweep(_folder.Path);
        Assert.AreEqual("mine", File.ReadAllText(_folder["sae.v2", "weights"]));

        Directory.CreateDirectory(old);
        Leftovers.Sweep(_folder.Path);
        Assert.IsFalse(Directory.Exists(old));
        Assert.AreEqual("mine", File.ReadAllText(_folder["sae.v2", "weights"]));
    }

    [TestMethod]
    public void Marks_AreReadAsTheyAreWritten()
    {
        Assert.AreEqual(OwnerMark.Current, OwnerMark.Parse(OwnerMark.Current.ToString()));
        Assert.IsFalse(OwnerMark.Current.IsDead);
        Assert.IsTrue(Dead.IsDead);
        Assert.IsTrue((OwnerMark.Current with { ProcessId = int.MaxValue }).IsDead);
        Assert.IsNull(OwnerMark.Parse("1-2"));
        Assert.IsNull(OwnerMark.Parse("x-2-3"));
        Assert.AreEqual(Path.Combine("a", "sae.v2", "w"), Leftovers.Final(Path.Combine("a", $".sae.v2.{Dead}.1.tmp", "w")));
    }
}
