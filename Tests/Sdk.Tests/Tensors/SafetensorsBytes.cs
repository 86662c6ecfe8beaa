using System.Buffers.Binary;
using System.Text;

namespace Steering.Tests.Sdk.Tensors;

/// <summary>Builds safetensors files by hand, so that the reader is not tested against our own writer.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with this header and data; <paramref name="announced"/> overrides the header length that it states.</summary>
    public static byte[] Build(string header, byte[] data, ulong? announced = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[sizeof(ulong) + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, announced ?? (ulong)json.Length);
        json.CopyTo(bytes, sizeof(ulong));
        data.CopyTo(bytes, sizeof(ulong) + json.Length);
        return bytes;
    }

    /// <summary>One entry of a header.</summary>
    public static string Entry(string name, string type, string shape, string offsets) =>
        $$"""
        "{{name}}":{"dtype":"{{type}}","shape":{{shape}},"data_offsets":{{offsets}}}
        """;
}
