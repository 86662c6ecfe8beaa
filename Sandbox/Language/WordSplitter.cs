namespace Steering.Sandbox.Language;

/// <summary>Cuts text into lower-case words; everything but letters, apostrophes and hyphens inside words separates.</summary>
internal static class WordSplitter
{
    public static List<string> Words(string text) => [.. Places(text).Select(place => Word(text, place))];

    /// <summary>Where the words stand, with the marks that may hang on their ends.</summary>
    public static List<Range> Places(string text)
    {
        var places = new List<Range>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetter(text[i]) || (start >= 0 && (text[i] is '\'' or '-')));
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                places.Add(start..i);
                start = -1;
            }
        }

        return places;
    }

    public static string Word(string text, Range place) => text[place].ToLowerInvariant().TrimEnd('\'', '-');
}
