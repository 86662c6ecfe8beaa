using System.Globalization;
using System.Text.RegularExpressions;

namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>What a word problem of the sandbox's world asks to calculate, read off its text.</summary>
/// <param name="Start">The first value.</param>
/// <param name="Stages">The calculations, in order; each starts from the result before.</param>
internal sealed partial record WordProblem(int Start, IReadOnlyList<ProblemStage> Stages)
{
    private const int LongestNumber = 6;

    /// <summary>The number asked for.</summary>
    public int Answer => ValueAfter(Stages.Count);

    /// <summary>The true value after a number of stages.</summary>
    /// <param name="stages">How many stages are done; 0 gives <see cref="Start"/>.</param>
    /// <returns>The value.</returns>
    public int ValueAfter(int stages) => stages == 0 ? Start : Stages[stages - 1].Result;

    /// <summary>
    /// Reads a problem: who has how many, what is added, taken away, shared out, compared. Exact on everything that the
    /// sandbox's generator writes; other text is read by the same verbs.
    /// </summary>
    /// <param name="text">The user's turn.</param>
    /// <returns>The problem, or null where the text holds none.</returns>
    public static WordProblem? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int? start = null;
        var stages = new List<ProblemStage>();
        foreach (var sentence in text.Split(['.', '?', '!', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Numbers(sentence) is not { } numbers)
            {
                return null;
            }

            if (start is null)
            {
                if (numbers.Length == 0)
                {
                    continue;
                }

                start = numbers[0];
                if (numbers.Length > 1 && !(Groups().IsMatch(sentence) && TryAdd(stages, numbers[0], 'x', numbers[1])))
                {
                    return null;
                }

                continue;
            }

            var value = stages.Count == 0 ? start.Value : stages[^1].Result;
            if (numbers.Length == 0 && Together().IsMatch(sentence))
            {
                numbers = [start.Value];
            }

            if (numbers.Length > 0 && !TryAdd(stages, value, Operation(sentence), numbers[0]))
            {
                return null;
            }
        }

        return start is null || stages.Count == 0 ? null : new WordProblem(start.Value, stages);
    }

    private static bool TryAdd(List<ProblemStage> stages, int left, char operation, int right)
    {
        if (ProblemStage.Calculate(left, operation, right) is not { } result)
        {
            return false;
        }

        stages.Add(new ProblemStage(left, operation, right, result));
        return true;
    }

    private static char Operation(string sentence) =>
        Shared().IsMatch(sentence) ? '/'
        : Gain().IsMatch(sentence) ? '+'
        : Loss().IsMatch(sentence) ? '-'
        : '+';

    /// <summary>The numbers of a sentence, or null where one is too long for this world.</summary>
    private static int[]? Numbers(string sentence)
    {
        var digits = Number().Matches(sentence);
        return digits.All(match => match.Length <= LongestNumber)
            ? [.. digits.Select(match => int.Parse(match.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))]
            : null;
    }

    [GeneratedRegex(@"\b(in each|in every|each with|each of)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Groups();

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(together|in all|altogether)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Together();

    [GeneratedRegex(@"\b(same number|equally|equal parts|shares?)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shared();

    [GeneratedRegex(@"\b(more|buys?|gets?|finds?|receives?)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Gain();

    [GeneratedRegex(@"\b(fewer|less|gives?|sells?|loses?|throws?|breaks?|away|takes?)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Loss();
}
