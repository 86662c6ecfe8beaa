using System.Text.RegularExpressions;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// The name people know a GGUF model by: its file's, without the quantisation. <c>general.name</c> is what a converter
/// made of some training folder's name ("Smollm2 135M 8k Lc100K Mix1 Ep2") and matches no SAE's.
/// </summary>
internal static partial class GgufName
{
    public static string Of(string path)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        var match = Quantised().Match(stem);
        return match.Success ? match.Groups["name"].Value : stem;
    }

    [GeneratedRegex(@"^(?<name>.+)[-._](i?q[0-9][0-9a-z_]*|b?f16|fp16|fp?32)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quantised();
}
