namespace Steering.Analysis.Evaluation;

/// <summary>One of the places where a latent was largest.</summary>
/// <param name="Window">Number of the window.</param>
/// <param name="Position">Position of the peak in the window.</param>
/// <param name="Start">Position of the first token of the context.</param>
/// <param name="Activations">The latent's activation on each token of the context; 0 where it was inactive or the token was left out.</param>
public sealed record TopExample(int Window, int Position, int Start, IReadOnlyList<float> Activations)
{
    /// <summary>Tokens that a context may lose on a side to begin and end with whole words.</summary>
    private const int MostCut = 5;

    /// <summary>Its activation on the peak.</summary>
    public float Activation => Activations[Position - Start];

    /// <summary>The same place with a context that neither begins nor ends within a word, where a few tokens less do that.</summary>
    /// <param name="pieces">What each token of the window says.</param>
    public TopExample OnWords(IReadOnlyList<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var (start, end) = (Start, Start + Activations.Count);
        while (start < Position && start - Start < MostCut && IsWithinWord(pieces, start))
        {
            start++;
        }

        while (end > Position + 1 && Start + Activations.Count - end < MostCut && IsWithinWord(pieces, end))
        {
            end--;
        }

        // A language without blanks has no better place.
        start = IsWithinWord(pieces, start) ? Start : start;
        end = IsWithinWord(pieces, end) ? Start + Activations.Count : end;
        return this with { Start = start, Activations = [.. Activations.Skip(start - Start).Take(end - start)] };
    }

    private static bool IsWithinWord(IReadOnlyList<string> pieces, int at)
    {
        if (at == 0 || at == pieces.Count)
        {
            return false;
        }

        // The first bytes of a character of several tokens say nothing; it stands with its last.
        return pieces[at - 1].Length == 0 || (char.IsLetterOrDigit(pieces[at - 1][^1]) && (pieces[at].Length == 0 || char.IsLetterOrDigit(pieces[at][0])));
    }
}
