namespace Steering.Sandbox.Language;

/// <summary>Reads the grammar files that are embedded in this assembly (<c>Grammar/*.txt</c>).</summary>
internal static class GrammarText
{
    public static IEnumerable<(string Directive, string Content)> Lines(string file)
    {
        var name = "Steering.Sandbox.Grammar." + file + ".txt";
        using var stream = typeof(GrammarText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"The assembly has no resource {name}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            line = line.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var space = line.IndexOf(' ', StringComparison.Ordinal);
            yield return space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
        }
    }

    public static string[] Values(string rest) => rest.Split('|', StringSplitOptions.TrimEntries);

    public static (string Name, string[] Values) Assignment(string rest)
    {
        var parts = rest.Split('=', 2, StringSplitOptions.TrimEntries);
        return parts.Length == 2 ? (parts[0], Values(parts[1])) : throw new InvalidDataException($"'{rest}' is not NAME = VALUES.");
    }
}
