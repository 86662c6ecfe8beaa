using System.Text;

namespace Steering.Tokenizers;

/// <summary>How tokens become text: each one some bytes, all of them together UTF-8, spaces cut at the start.</summary>
internal sealed record TokenDecoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether tokens are written in the alphabet of bytes.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Whether tokens such as <c>&lt;0x41&gt;</c> are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Replacements in each token, in order.</summary>
    public IReadOnlyList<(string Pattern, string Content)> Replacements { get; init; } = [];

    /// <summary>Character cut at the start of the whole text.</summary>
    public char StripCharacter { get; init; } = ' ';

    /// <summary>How often at most it is cut there.</summary>
    public int StripStart { get; init; }

    /// <summary>Whether the spaces that old tokenizers put before punctuation are removed at the end.</summary>
    public bool CleanUp { get; init; }

    /// <summary>Bytes of a token, and whether it stands for one raw byte.</summary>
    public (byte[] Bytes, bool Raw) Bytes(string token)
    {
        if (ByteLevel)
        {
            return (ByteAlphabet.ToBytes(token), false);
        }

        foreach (var (pattern, content) in Replacements)
        {
            token = token.Replace(pattern, content, StringComparison.Ordinal);
        }

        if (ByteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var value))
        {
            return ([value], true);
        }

        return (Encoding.UTF8.GetBytes(token), false);
    }

    /// <summary>Text of tokens.</summary>
    public string Decode(IEnumerable<(byte[] Bytes, bool Raw)> tokens)
    {
        var all = new MemoryStream();
        var run = new List<byte>();
        foreach (var (bytes, raw) in tokens)
        {
            if (raw)
            {
                run.Add(bytes[0]);
                continue;
            }

            Flush(run, all);
            all.Write(bytes);
        }

        Flush(run, all);
        var text = Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
        var start = 0;
        while (start < StripStart && start < text.Length && text[start] == StripCharacter)
        {
            start++;
        }

        text = text[start..];
        return CleanUp ? Clean(text) : text;
    }

    // A run of raw bytes that is no UTF-8 becomes one U+FFFD for each byte.
    private static void Flush(List<byte> run, MemoryStream all)
    {
        if (run.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. run];
        run.Clear();
        try
        {
            _ = Strict.GetCharCount(bytes);
            all.Write(bytes);
        }
        catch (DecoderFallbackException)
        {
            foreach (var _ in bytes)
            {
                all.Write("\uFFFD"u8);
            }
        }
    }

    private static string Clean(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal)
        .Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal)
        .Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal)
        .Replace(" 're", "'re", StringComparison.Ordinal);
}
