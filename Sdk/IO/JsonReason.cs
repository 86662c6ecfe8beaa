using System.Globalization;
using System.Text.RegularExpressions;

namespace Steering.IO;

/// <summary>Why JSON cannot be read, in words for who wrote the file: the library's own messages speak of readers, members and types.</summary>
internal static partial class JsonReason
{
    /// <summary>The reason.</summary>
    /// <param name="failure">What the library threw.</param>
    /// <param name="keys">The keys that are known where a key is not; a type's name is given, or null for none.</param>
    public static string Of(Exception failure, Func<string, IEnumerable<string>>? keys = null)
    {
        var message = failure.Message;
        if (UnknownKey().Match(message) is { Success: true } unknown)
        {
            var (key, known) = (unknown.Groups["key"].Value, keys?.Invoke(unknown.Groups["type"].Value).ToArray() ?? []);
            return $"'{key}' is no key that is known{(known.Length == 0 ? string.Empty : $": did you mean {Suggestions.For(key, known, 1)}? Known are {string.Join(", ", known)}")}.";
        }

        if (MissingKeys().Match(message) is { Success: true } missing)
        {
            return $"it lacks {missing.Groups["keys"].Value.TrimEnd('.')}; add it.";
        }

        var place = Place(message);
        return WrongKind().Match(message) is { Success: true } wrong
            ? $"{place}{(place.Length == 0 ? string.Empty : ": ")}{Kind(wrong.Groups["type"].Value)} was expected."
            : message.Contains("trailing comma", StringComparison.Ordinal)
                ? $"{place}: a comma stands before the closing bracket; remove it."
                : message.Contains("does not contain any JSON tokens", StringComparison.Ordinal)
                    ? "it is empty."
                    : $"{(place.Length == 0 ? string.Empty : $"{place}: ")}{Plain(message)}";
    }

    private static string Kind(string type) => type switch
    {
        "System.Int32" or "System.Int64" or "System.Byte" => "a whole number",
        "System.Single" or "System.Double" => "a number",
        "System.String" => "a text in quotes",
        "System.Boolean" => "true or false",
        _ => "another kind of value",
    };

    private static string Place(string message)
    {
        var parts = new List<string>();
        if (PathOf().Match(message) is { Success: true } path && path.Groups["path"].Value is { Length: > 1 } keys)
        {
            parts.Add($"at '{keys.TrimStart('$').TrimStart('.')}'");
        }

        if (LineOf().Match(message) is { Success: true } line)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"line {Number(line, "line") + 1}, byte {Number(line, "byte") + 1}"));
        }

        return string.Join(", ", parts);
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string Plain(string message)
    {
        var end = PathOf().Match(message) is { Success: true } path ? path.Index : LineOf().Match(message) is { Success: true } line ? line.Index : message.Length;
        return message[..end].Replace("Change the reader options.", string.Empty, StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex(@"The JSON property '(?<key>.*?)' could not be mapped to any \.NET member contained in type '(?<type>.*?)'", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UnknownKey();

    [GeneratedRegex(@"was missing required properties including: (?<keys>[^.]*)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MissingKeys();

    [GeneratedRegex(@"The JSON value could not be converted to (?<type>[^ ]*)\. ", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex WrongKind();

    [GeneratedRegex(@"Path: (?<path>[^ |]*) \|", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PathOf();

    [GeneratedRegex(@"LineNumber: (?<line>\d+) \| BytePositionInLine: (?<byte>\d+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LineOf();
}
