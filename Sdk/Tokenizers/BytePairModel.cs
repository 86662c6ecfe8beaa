using System.Globalization;
using System.Text;

namespace Steering.Tokenizers;

/// <summary>Byte-pair encoding: the merge of lowest rank first, the leftmost among equals.</summary>
internal sealed class BytePairModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, (int Rank, int Merged)> _merges;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;
    private readonly int[]? _bytes;
    private readonly bool _wholeWordsFirst;

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">Token → id.</param>
    /// <param name="merges">Pairs in order of rank, already checked to be in the vocabulary, as is what they make.</param>
    /// <param name="unknown">Id for characters without a token; null drops them.</param>
    /// <param name="fuseUnknown">Whether unknown characters side by side become one token.</param>
    /// <param name="byteFallback">Whether characters without a token become tokens <c>&lt;0x41&gt;</c> of their bytes, where the vocabulary has them all.</param>
    /// <param name="wholeWordsFirst">Whether a piece that is a token is taken as it is (<c>ignore_merges</c>).</param>
    public BytePairModel(Dictionary<string, int> vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges, int? unknown, bool fuseUnknown, bool byteFallback, bool wholeWordsFirst)
    {
        _vocabulary = vocabulary;
        _unknown = unknown;
        _fuseUnknown = fuseUnknown;
        _wholeWordsFirst = wholeWordsFirst;
        _merges = new(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, merged) = merges[rank];
            _merges[Pair(left, right)] = (rank, merged);
        }

        if (byteFallback)
        {
            _bytes = new int[256];
            for (var value = 0; value < 256; value++)
            {
                _bytes[value] = vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1);
            }
        }
    }

    /// <summary>Appends the ids of one piece of text.</summary>
    public void Encode(string piece, List<int> ids)
    {
        if (_wholeWordsFirst && _vocabulary.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = Symbols(piece);
        Merge(symbols);
        for (var at = symbols.Count == 0 ? -1 : 0; at >= 0; at = symbols[at].Next)
        {
            ids.Add(symbols[at].Id);
        }
    }

    private List<Symbol> Symbols(string piece)
    {
        var symbols = new List<Symbol>(piece.Length);
        Span<byte> utf8 = stackalloc byte[4];
        var afterUnknown = false;
        for (var at = 0; at < piece.Length;)
        {
            if (!Rune.TryGetRuneAt(piece, at, out var rune))
            {
                rune = Rune.ReplacementChar;
            }

            var length = char.IsSurrogatePair(piece, at) ? 2 : 1;
            var character = piece.AsSpan(at, length);
            at += length;
            if (_vocabulary.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(character, out var id))
            {
                symbols.Add(new(id));
                afterUnknown = false;
                continue;
            }

            var bytes = utf8[..rune.EncodeToUtf8(utf8)];
            if (_bytes is not null && AllKnown(bytes))
            {
                foreach (var value in bytes)
                {
                    symbols.Add(new(_bytes[value]));
                }

                afterUnknown = false;
            }
            else if (_unknown is { } unknown && !(afterUnknown && _fuseUnknown))
            {
                symbols.Add(new(unknown));
                afterUnknown = true;
            }
        }

        for (var i = 0; i < symbols.Count; i++)
        {
            symbols[i] = symbols[i] with { Previous = i - 1, Next = i + 1 < symbols.Count ? i + 1 : -1 };
        }

        return symbols;
    }

    private bool AllKnown(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_bytes![value] < 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Merge(List<Symbol> symbols)
    {
        var queue = new PriorityQueue<(int Left, int LeftId, int RightId), (int Rank, int Position)>();
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            Offer(symbols, queue, i);
        }

        while (queue.TryDequeue(out var candidate, out _))
        {
            var left = symbols[candidate.Left];
            if (left.Id != candidate.LeftId || left.Next < 0 || symbols[left.Next].Id != candidate.RightId)
            {
                // One of the two has been merged with another neighbour meanwhile.
                continue;
            }

            var right = symbols[left.Next];
            symbols[left.Next] = right with { Id = -1 };
            symbols[candidate.Left] = left with { Id = _merges[Pair(left.Id, right.Id)].Merged, Next = right.Next };
            if (right.Next >= 0)
            {
                symbols[right.Next] = symbols[right.Next] with { Previous = candidate.Left };
                Offer(symbols, queue, candidate.Left);
            }

            if (left.Previous >= 0)
            {
                Offer(symbols, queue, left.Previous);
            }
        }
    }

    private void Offer(List<Symbol> symbols, PriorityQueue<(int Left, int LeftId, int RightId), (int Rank, int Position)> queue, int at)
    {
        var (left, right) = (symbols[at].Id, symbols[symbols[at].Next].Id);
        if (_merges.TryGetValue(Pair(left, right), out var merge))
        {
            queue.Enqueue((at, left, right), (merge.Rank, at));
        }
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private readonly record struct Symbol(int Id)
    {
        public int Previous { get; init; }

        public int Next { get; init; }
    }
}
