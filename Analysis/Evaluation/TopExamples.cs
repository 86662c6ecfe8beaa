using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// For each latent, the places where it was largest: a small heap a latent, fed window by window, with the latent's
/// activations on the tokens around. At most one place a document, or one a window where a window is one document or
/// the text has one document only. Memory grows with latents × examples, not with the text. Not thread-safe.
/// </summary>
public sealed class TopExamples
{
    private readonly int _perLatent;
    private readonly int _context;
    private readonly bool _byDocument;
    private readonly byte[] _filled;
    private readonly Place[] _places;
    private readonly HashSet<int> _touched = [];

    /// <summary>Creates empty heaps.</summary>
    /// <param name="latents">Number of latents D.</param>
    /// <param name="perLatent">Places kept for each latent, 1 to 255.</param>
    /// <param name="context">Tokens kept on each side of a place, 0 to 127.</param>
    /// <param name="byDocument">At most one place a document; otherwise one a window.</param>
    public TopExamples(int latents, int perLatent, int context, bool byDocument)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(perLatent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perLatent, 255);
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context, 127);
        _perLatent = perLatent;
        _context = context;
        _byDocument = byDocument;
        _filled = new byte[latents];
        _places = new Place[checked(latents * perLatent)];
    }

    /// <summary>Number of latents D.</summary>
    public int LatentCount => _filled.Length;

    /// <summary>The places of a latent, strongest first, then in the order of the text.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    public IReadOnlyList<TopExample> Of(int latent)
    {
        var places = _places.AsSpan(latent * _perLatent, _filled[latent]).ToArray();
        Array.Sort(places, static (left, right) =>
        {
            var order = right.Activation.CompareTo(left.Activation);
            order = order != 0 ? order : left.Window.CompareTo(right.Window);
            return order != 0 ? order : left.Position.CompareTo(right.Position);
        });
        return Array.ConvertAll(places, place => new TopExample(place.Window, place.Position, place.Start, place.Activations!));
    }

    /// <summary>Adds the tokens of one window.</summary>
    /// <param name="index">Number of the window.</param>
    /// <param name="window">The window.</param>
    /// <param name="positions">Positions in the window of the tokens that count, ascending.</param>
    /// <param name="activations">Active latents; token <paramref name="firstToken"/> + i is the one at positions[i].</param>
    /// <param name="firstToken">First token of this window in the activations.</param>
    public void Add(int index, EvaluationWindow window, IReadOnlyList<int> positions, SparseActivations activations, int firstToken = 0)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(activations);
        for (var i = 0; i < positions.Count; i++)
        {
            var document = DocumentOf(window, index, positions[i]);
            var indices = activations.Indices(firstToken + i);
            var values = activations.Values(firstToken + i);
            for (var j = 0; j < indices.Length; j++)
            {
                Offer(indices[j], values[j], index, positions[i], _byDocument ? document : index);
            }
        }

        foreach (var latent in _touched)
        {
            Complete(latent, index, window, positions, activations, firstToken);
        }

        _touched.Clear();
    }

    private static long DocumentOf(EvaluationWindow window, int index, int position) => window.Documents.IsEmpty ? index : window.Documents.Span[position];

    private void Offer(int latent, float value, int window, int position, long source)
    {
        if (value <= 0)
        {
            return;
        }

        var places = _places.AsSpan(latent * _perLatent, _perLatent);
        var filled = _filled[latent];
        if (filled == _perLatent && value <= places[0].Activation)
        {
            return;
        }

        for (var i = 0; i < filled; i++)
        {
            if (places[i].Source != source)
            {
                continue;
            }

            if (value > places[i].Activation)
            {
                places[i] = new Place(value, window, position, source);
                Sift(places[..filled]);
                _touched.Add(latent);
            }

            return;
        }

        if (filled < _perLatent)
        {
            places[filled] = new Place(value, window, position, source);
            _filled[latent]++;
        }
        else
        {
            places[0] = new Place(value, window, position, source);
        }

        Sift(places[.._filled[latent]]);
        _touched.Add(latent);
    }

    /// <summary>The weakest place first; with a handful of places one pass is quicker than a heap.</summary>
    private static void Sift(Span<Place> places)
    {
        var weakest = 0;
        for (var i = 1; i < places.Length; i++)
        {
            // Of equals the later goes first, so that what stays does not depend on the order of the heap.
            var order = places[i].Activation.CompareTo(places[weakest].Activation);
            var later = (places[i].Window, places[i].Position).CompareTo((places[weakest].Window, places[weakest].Position)) > 0;
            weakest = order < 0 || (order == 0 && later) ? i : weakest;
        }

        (places[0], places[weakest]) = (places[weakest], places[0]);
    }

    private void Complete(int latent, int index, EvaluationWindow window, IReadOnlyList<int> positions, SparseActivations activations, int firstToken)
    {
        foreach (ref var place in _places.AsSpan(latent * _perLatent, _filled[latent]))
        {
            if (place.Window != index || place.Activations is not null)
            {
                continue;
            }

            var (start, end) = (place.Position, place.Position + 1);
            var document = DocumentOf(window, index, place.Position);
            while (start > 0 && place.Position - start < _context && DocumentOf(window, index, start - 1) == document)
            {
                start--;
            }

            while (end < window.Ids.Length && end - place.Position <= _context && DocumentOf(window, index, end) == document)
            {
                end++;
            }

            var around = new float[end - start];
            for (var i = 0; i < positions.Count; i++)
            {
                if (positions[i] < start || positions[i] >= end)
                {
                    continue;
                }

                var at = activations.Indices(firstToken + i).BinarySearch(latent);
                around[positions[i] - start] = at < 0 ? 0 : activations.Values(firstToken + i)[at];
            }

            place = place with { Start = start, Activations = around };
        }
    }

    private record struct Place(float Activation, int Window, int Position, long Source)
    {
        public int Start { get; init; }

        public float[]? Activations { get; init; }
    }
}

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
