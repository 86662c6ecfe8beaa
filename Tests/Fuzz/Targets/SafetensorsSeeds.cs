using System.Text;
using Steering.Tensors;

namespace Steering.Fuzz.Targets;

/// <summary>Well-formed safetensors files of every element type.</summary>
internal static class SafetensorsSeeds
{
    public static IReadOnlyList<byte[]> All(ScratchFolder folder)
    {
        var path = folder.File("seed.safetensors");
        SafetensorsWriter.Write(
            path,
            [TensorData.FromFloat32("a", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 }), TensorData.FromInt64("ids", [4], new long[] { 1, 2, 3, 4 })],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt", ["ü"] = "€" });
        return
        [
            File.ReadAllBytes(path),
            ByHand("F16", 2, 3), ByHand("BF16", 2, 2), ByHand("F64", 8, 1), ByHand("I8", 1, 5), ByHand("I16", 2, 4), ByHand("I32", 4, 2), ByHand("U8", 1, 7), ByHand("BOOL", 1, 3),
            Head("{}", 0),
            Head("""{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}}""", 4),
        ];
    }

    /// <summary>Makes the stated length of the head that of the JSON object that stands there now.</summary>
    public static byte[] Mend(byte[] input)
    {
        if (input.Length < sizeof(ulong) + 2)
        {
            return input;
        }

        var end = Array.LastIndexOf(input, (byte)'}') + 1;
        while (end > 0 && end < input.Length && input[end] == (byte)' ')
        {
            end++;
        }

        BitConverter.GetBytes((ulong)Math.Max(0, end - sizeof(ulong))).CopyTo(input, 0);
        return input;
    }

    private static byte[] ByHand(string type, int size, int count) =>
        Head(FormattableString.Invariant($$$"""{"a":{"dtype":"{{{type}}}","shape":[{{{count}}}],"data_offsets":[0,{{{size * count}}}]}}"""), size * count);

    private static byte[] Head(string json, int dataBytes)
    {
        var text = Encoding.UTF8.GetBytes(json.PadRight((json.Length + 7) / 8 * 8));
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. new byte[dataBytes]];
    }
}
