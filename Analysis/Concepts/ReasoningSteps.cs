namespace Steering.Analysis.Concepts;

/// <summary>
/// The reasoning steps of a text: a step ends with a blank line (two line ends with nothing but white space between) or with
/// the text (RISE, arXiv 2512.23988, §3).
/// </summary>
internal static class ReasoningSteps
{
    /// <summary>The steps.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Start and end of each step as UTF-16 indices: from its first letter up to and with the blank line behind it. White space alone is no step.</returns>
    public static IReadOnlyList<(int Start, int End)> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = new List<(int Start, int End)>();
        var (start, newLines) = (-1, 0);
        for (var at = 0; at < text.Length; at++)
        {
            newLines = text[at] == '\n' ? newLines + 1 : text[at] is ' ' or '\t' or '\r' ? newLines : 0;
            start = start < 0 && !char.IsWhiteSpace(text[at]) ? at : start;
            if (newLines == 2 && start >= 0)
            {
                steps.Add((start, at + 1));
                start = -1;
            }
        }

        if (start >= 0)
        {
            steps.Add((start, text.Length));
        }

        return steps;
    }
}
