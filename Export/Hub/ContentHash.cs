using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Steering.Export.Hub;

/// <summary>
/// What a content must hash to: SHA-256 of the bytes for files in large-file storage, and for the others git's own name of
/// the content, SHA-1 of <c>blob SIZE\0</c> and the bytes.
/// </summary>
/// <param name="IsGitBlob">Whether it is git's.</param>
/// <param name="Hex">Lower-case hexadecimal digits: 64, or 40 for git's.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ContentHash(bool IsGitBlob, string Hex)
{
    private const string Sha256Prefix = "sha256:";
    private const string GitPrefix = "git-sha1:";

    /// <summary>Reads the digits alone, as an ETag has them.</summary>
    public static bool TryParseHex(string? hex, out ContentHash hash)
    {
        hash = new ContentHash(hex?.Length == 40, hex ?? string.Empty);
        return hex?.Length is 40 or 64 && hex.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContentHash hash)
    {
        hash = default;
        return text is not null
            && ((text.StartsWith(Sha256Prefix, StringComparison.Ordinal) && TryParseHex(text[Sha256Prefix.Length..], out hash) && !hash.IsGitBlob)
                || (text.StartsWith(GitPrefix, StringComparison.Ordinal) && TryParseHex(text[GitPrefix.Length..], out hash) && hash.IsGitBlob));
    }

    /// <summary>The kind and the digits.</summary>
    public override string ToString() => (IsGitBlob ? GitPrefix : Sha256Prefix) + Hex;
}
