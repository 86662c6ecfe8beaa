namespace Steering.Sandbox.Judging;

/// <summary>Cuts text into lower-case words; everything but letters, apostrophes and hyphens inside words separates.</summary>
internal static class WordSplitter
{
    public static List<string> Words(string text)
    {
        var words = new List<string>();
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
                words.Add(text[start..i].ToLowerInvariant().TrimEnd('\'', '-'));
                start = -1;
            }
        }

        return words;
    }
}
