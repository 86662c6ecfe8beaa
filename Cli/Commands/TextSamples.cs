using System.Text;
using Steering.IO;

namespace Steering.Cli.Commands;

/// <summary>Reads a text file as samples: one a line, or the whole file as one.</summary>
internal static class TextSamples
{
    private const int LargestFile = 256 << 20;

    /// <summary>The samples of a file; empty lines are no samples.</summary>
    /// <exception cref="SteeringException">The file is missing, no UTF-8, or holds no sample.</exception>
    public static IReadOnlyList<string> Read(string path, bool wholeFile)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(ReadableFile.ReadAllBytes(path, LargestFile)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException exception)
        {
            throw new SteeringException($"{path} is no UTF-8 text: {exception.Message}", exception);
        }

        string[] samples = wholeFile
            ? [text]
            : text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return samples.Length > 0 && !string.IsNullOrWhiteSpace(samples[0])
            ? samples
            : throw new SteeringException($"{path} holds no text; {(wholeFile ? "a text" : "one text a line")} was expected.");
    }
}
