using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Steering.IO;

namespace Steering.Tensors;

/// <summary>Writes safetensors files atomically. The same tensors give the same bytes, whatever their order.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file; an existing one is replaced in one step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; their memory is read during the call.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>, or null.</param>
    /// <exception cref="SteeringException">Two tensors share a name, a name is reserved, or the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);

        // Widest elements first, so that with the padded header every tensor is aligned to its element.
        var ordered = tensors
            .OrderByDescending(tensor => tensor.Info.ElementType.Size())
            .ThenBy(tensor => tensor.Info.Name, StringComparer.Ordinal)
            .ToArray();
        RefuseNames(path, ordered);
        var header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                tensor.WriteTo(stream);
            }
        }, sizeof(ulong) + header.Length + ordered.Sum(tensor => tensor.Info.ByteCount));
    }

    private static void RefuseNames(string path, TensorData[] tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in tensors.Select(tensor => tensor.Info.Name))
        {
            if (!names.Add(name))
            {
                throw new SteeringException($"{path}: two tensors are named '{name}'; names must differ.");
            }

            if (string.Equals(name, SafetensorsHeader.MetadataName, StringComparison.Ordinal))
            {
                throw new SteeringException($"{path}: a tensor cannot be named '{name}': safetensors reserves that name.");
            }
        }
    }

    private static byte[] Header(TensorData[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var info in tensors.Select(tensor => tensor.Info))
            {
                json.WriteStartObject(info.Name);
                json.WriteString("dtype", info.ElementType.SafetensorsName());
                json.WriteStartArray("shape");
                foreach (var size in info.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset = checked(offset + info.ByteCount));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        const int Alignment = 8;
        var padding = -buffer.WrittenCount & (Alignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }
}
