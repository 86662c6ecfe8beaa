using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Steering.Tests;

/// <summary>Writes numpy archives as numpy does, or as nobody should.</summary>
internal static class NpzBytes
{
    /// <summary>A <c>.npy</c> array of fp32.</summary>
    public static byte[] Array(ReadOnlySpan<float> values, params long[] shape) => Array(MemoryMarshal.AsBytes(values), "<f4", shape);

    /// <summary>A <c>.npy</c> array of any elements.</summary>
    public static byte[] Array(ReadOnlySpan<byte> bytes, string description, long[] shape, bool fortran = false, int version = 1)
    {
        var tuple = string.Concat(shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, ")));
        return Raw($"{{'descr': '{description}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({(shape.Length == 1 ? tuple.TrimEnd() : tuple.TrimEnd(' ', ','))}), }}", bytes, version);
    }

    /// <summary>A <c>.npy</c> array with a head of one's own.</summary>
    public static byte[] Raw(string dictionary, ReadOnlySpan<byte> bytes, int version = 1)
    {
        var prefix = version == 1 ? 10 : 12;
        var text = Encoding.Latin1.GetBytes(dictionary + new string(' ', (64 - ((prefix + dictionary.Length + 1) % 64)) % 64) + "\n");
        var result = new byte[prefix + text.Length + bytes.Length];
        "NUMPY"u8.CopyTo(result.AsSpan(1));
        result[0] = 0x93;
        result[6] = (byte)version;
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(8), (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(8), (uint)text.Length);
        }

        text.CopyTo(result, prefix);
        bytes.CopyTo(result.AsSpan(prefix + text.Length));
        return result;
    }

    /// <summary>A zip of entries.</summary>
    public static byte[] Zip(bool compressed, params (string Name, byte[] Content)[] entries)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                var entry = archive.CreateEntry(name, compressed ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }
}
