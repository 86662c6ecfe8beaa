namespace Steering.Catalogues;

/// <summary>How tokens' lengths and activations lie in blobs.</summary>
internal static class ExcerptCodec
{
    /// <summary>Lengths of the tokens in UTF-16 units: 7 bits a byte, low bits first, the top bit says that more follow.</summary>
    public static byte[] Lengths(IReadOnlyList<string> tokens)
    {
        var bytes = new List<byte>(tokens.Count);
        foreach (var token in tokens)
        {
            var rest = (uint)token.Length;
            for (; rest >= 0x80; rest >>= 7)
            {
                bytes.Add((byte)(rest | 0x80));
            }

            bytes.Add((byte)rest);
        }

        return [.. bytes];
    }

    /// <summary>Cuts a text into its tokens; null where the lengths are not those of the text.</summary>
    public static string[]? Cut(string text, ReadOnlySpan<byte> lengths)
    {
        var tokens = new List<string>();
        var start = 0;
        for (var at = 0; at < lengths.Length;)
        {
            var length = 0u;
            for (var shift = 0; ; shift += 7)
            {
                if (at == lengths.Length || shift > 28)
                {
                    return null;
                }

                length |= (uint)(lengths[at] & 0x7F) << shift;
                if (lengths[at++] < 0x80)
                {
                    break;
                }
            }

            if (length > text.Length - start || tokens.Count == CatalogueExcerpt.MaximumTokens)
            {
                return null;
            }

            tokens.Add(text.Substring(start, (int)length));
            start += (int)length;
        }

        return start == text.Length && tokens.Count > 0 ? [.. tokens] : null;
    }

    /// <summary>Pairs of a token's index and its activation in steps of 1/255 of the peak's; the peak itself is left out.</summary>
    public static byte[] Neighbours(IReadOnlyList<float> activations, int peak)
    {
        var bytes = new List<byte>();
        for (var index = 0; index < activations.Count; index++)
        {
            var step = (byte)Math.Clamp(MathF.Round(255 * activations[index] / activations[peak]), 0, 255);
            if (index != peak && step > 0)
            {
                bytes.Add((byte)index);
                bytes.Add(step);
            }
        }

        return [.. bytes];
    }

    /// <summary>Activations of every token; null where the pairs name a token that is not there.</summary>
    public static float[]? Activations(ReadOnlySpan<byte> neighbours, int tokens, int peak, float activation)
    {
        var result = new float[tokens];
        result[peak] = activation;
        for (var at = 0; at < neighbours.Length; at += 2)
        {
            if (at + 1 == neighbours.Length || neighbours[at] >= tokens)
            {
                return null;
            }

            result[neighbours[at]] = activation * neighbours[at + 1] / 255;
        }

        return result;
    }
}
