using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Tensors;

/// <summary>Arrays as numpy writes them are read; everything else is refused by name, and a bomb is not opened.</summary>
[TestClass]
public sealed class NpzFileTests
{
    private static readonly float[] Values = [1, -2.5f, 3, 4, 5, 6];

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ReadFloat32_OfEveryFloatType_GivesTheValues(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var half = Array.ConvertAll(Values, value => (Half)value);
        var wide = Array.ConvertAll(Values, value => (double)value);
        using var file = NpzFile.Open(folder.Write("a.npz", NpzBytes.Zip(
            compressed,
            ("single.npy", NpzBytes.Array(Values, 2, 3)),
            ("half.npy", NpzBytes.Array(MemoryMarshal.AsBytes<Half>(half), "<f2", [6])),
            ("double.npy", NpzBytes.Array(MemoryMarshal.AsBytes<double>(wide), "<f8", [3, 2], version: 2)),
            ("count.npy", NpzBytes.Array(MemoryMarshal.AsBytes<long>([16]), "<i8", [])))));

        Assert.AreSequenceEqual(["single", "half", "double", "count"], file.Names);
        Assert.AreSequenceEqual(new long[] { 2, 3 }, file.Describe("single").Shape);
        foreach (var name in new[] { "single", "half", "double" })
        {
            Assert.AreSequenceEqual(Values, file.ReadFloat32(name), name);
        }

        Assert.AreSequenceEqual(new long[] { 16 }, file.ReadInt64("count"));
        Refusal.Of(() => file.ReadInt64("single"), "'single'", "Float32");
        Refusal.Of(() => file.ReadFloat32("singel"), "'singel'", "single");
    }

    [TestMethod]
    public void ReadFloat32_OfAnArrayInFortranOrder_IsRowMajor()
    {
        // numpy stores the transpose of a matrix this way: columns one after the other.
        using var folder = new TemporaryFolder();
        using var file = NpzFile.Open(folder.Write("a.npz", NpzBytes.Zip(compressed: false, ("w.npy", NpzBytes.Array(MemoryMarshal.AsBytes<float>([1, 4, 2, 5, 3, 6]), "<f4", [2, 3], fortran: true)))));
        Assert.AreSequenceEqual(new float[] { 1, 2, 3, 4, 5, 6 }, file.ReadFloat32("w"));
    }

    [TestMethod]
    [DataRow("|O", "pickle")]
    [DataRow(">f4", "big-endian")]
    [DataRow("<c8", "'<c8'")]
    [DataRow("<V2", "'<V2'")]
    public void Open_OfElementsThatAreNotRead_IsRefused(string description, string part) =>
        Refused(part, ("w.npy", NpzBytes.Array(new byte[24], description, [6])));

    [TestMethod]
    [DataRow("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", "several fields")]
    [DataRow("{'descr': '<f4', 'descr': '<f4', 'shape': (6,), }", "not one that numpy writes")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}", "not one that numpy writes")]
    [DataRow("{'descr': '<f4', 'fortran_order': (1,), 'shape': (6,), }", "not one that numpy writes")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }", "not one that numpy writes")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "no shape that can be read")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6), }", "no shape that can be read")]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }", "takes")]
    [DataRow("__import__('os').system('true')", "not one that numpy writes")]
    public void Open_OfAHeadThatIsNotOne_IsRefused(string head, string part) => Refused(part, ("w.npy", NpzBytes.Raw(head, new byte[24])));

    [TestMethod]
    [DataRow("../w.npy")]
    [DataRow("/etc/w.npy")]
    [DataRow("a/w.npy")]
    [DataRow("a\\w.npy")]
    [DataRow("C:w.npy")]
    [DataRow("w.txt")]
    public void Open_OfNamesThatLeaveTheArchive_IsRefused(string name) => Refused("plain name", (name, NpzBytes.Array(Values, 6)));

    [TestMethod]
    public void Open_OfWhatIsNoArchive_IsRefused()
    {
        Refused("two arrays", ("w.npy", NpzBytes.Array(Values, 6)), ("w.npy", NpzBytes.Array(Values, 6)));
        Refused("NUMPY", ("w.npy", new byte[200]));
        Refused("version 9.0", ("w.npy", NpzBytes.Array(MemoryMarshal.AsBytes<float>(Values), "<f4", [6], version: 9)));
        using var folder = new TemporaryFolder();
        Refusal.Of(() => NpzFile.Open(folder.Write("a.npz", "PK, but not really"u8)), "not a zip archive");
        Refusal.Of(() => NpzFile.Open(folder.Write("b.npz", NpzBytes.Zip(compressed: false, ("w.npy", NpzBytes.Array(Values, 6))).AsSpan()[..^30])), "not a zip archive");
    }

    [TestMethod]
    public void Open_OfAnEntryThatClaimsFarMoreThanItHolds_IsRefusedBeforeAnythingIsAllocated()
    {
        // 64 MiB of zeros deflate into some 64 KiB: no weights do.
        using var folder = new TemporaryFolder();
        var path = folder.Write("bomb.npz", NpzBytes.Zip(compressed: true, ("w.npy", NpzBytes.Array(new float[16 << 20], 16 << 20))));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal.Of(() => NpzFile.Open(path), "'w'", "do not compress like that");
        Assert.IsLessThan(1L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Open_OfAnEntryWhoseSizesDoNotAgree_IsRefused()
    {
        // The size after unpacking stands in the archive's directory, 24 bytes into the entry.
        using var folder = new TemporaryFolder();
        foreach (var size in new[] { 3u, 151u, 400u, 0x7FFFFFFFu, 0xFFFFFFFEu })
        {
            var bytes = NpzBytes.Zip(compressed: true, ("w.npy", NpzBytes.Array(Values, 6)));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("PK\x01\x02"u8) + 24), size);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Refusal.Of(() => NpzFile.Open(folder.Write("a.npz", bytes)), "a.npz");
            Assert.IsLessThan(1L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [TestMethod]
    public void Open_OfAFileCutAnywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var bytes = NpzBytes.Zip(compressed: true, ("w.npy", NpzBytes.Array(Values, 6)), ("b.npy", NpzBytes.Array(Values, 3, 2)));
        for (var length = 0; length < bytes.Length; length += 7)
        {
            Refusal.Of(() => NpzFile.Open(folder.Write("a.npz", bytes.AsSpan(0, length))), "a.npz");
        }
    }

    [TestMethod]
    public void ReadFloat32_OfDamagedContent_IsRefusedByItsChecksum()
    {
        using var folder = new TemporaryFolder();
        var bytes = NpzBytes.Zip(compressed: false, ("w.npy", NpzBytes.Array(Values, 6)));
        var at = bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(Values.AsSpan(1, 1)));
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), 7);
        using var file = NpzFile.Open(folder.Write("a.npz", bytes));
        Refusal.Of(() => file.ReadFloat32("w"), "'w'", "checksum");
    }

    private static void Refused(string part, params (string Name, byte[] Content)[] entries)
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => NpzFile.Open(folder.Write("a.npz", NpzBytes.Zip(compressed: false, entries))), "a.npz", part);
    }
}
