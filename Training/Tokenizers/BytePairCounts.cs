using System.Runtime.InteropServices;

namespace Steering.Training.Tokenizers;

/// <summary>How often each pair of neighbouring tokens occurs, kept up to date while pairs are merged.</summary>
internal sealed class BytePairCounts
{
    private readonly BytePairWord[] _words;
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];

    /// <summary>Most frequent first, then the smaller ids. Entries grow stale; the count tells.</summary>
    private readonly PriorityQueue<(int Left, int Right, long Count), (long, int, int)> _queue = new();

    public BytePairCounts(BytePairWord[] words)
    {
        _words = words;
        for (var word = 0; word < words.Length; word++)
        {
            Count(word, sign: 1);
        }

        foreach (var pair in _counts.Keys)
        {
            Enqueue(pair);
        }
    }

    /// <summary>The pair to merge next, or null where none occurs often enough.</summary>
    public (int Left, int Right)? TakeMostFrequent(int minimum)
    {
        while (_queue.TryDequeue(out var best, out _))
        {
            if (_counts.GetValueOrDefault((best.Left, best.Right)) == best.Count)
            {
                return best.Count >= minimum ? (best.Left, best.Right) : null;
            }
        }

        return null;
    }

    /// <summary>Makes a pair one token everywhere.</summary>
    public void Merge(int left, int right, int merged)
    {
        var changed = new HashSet<(int, int)>();
        foreach (var word in _places[(left, right)].ToArray())
        {
            Count(word, sign: -1, changed);
            _words[word].Merge(left, right, merged);
            Count(word, sign: 1, changed);
        }

        foreach (var pair in changed)
        {
            Enqueue(pair);
        }
    }

    private void Count(int word, int sign, HashSet<(int, int)>? changed = null)
    {
        var ids = _words[word].Ids;
        for (var i = 0; i + 1 < ids.Count; i++)
        {
            var pair = (ids[i], ids[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += sign * _words[word].Count;
            var places = CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _) ??= [];
            _ = sign > 0 ? places.Add(word) : places.Remove(word);
            changed?.Add(pair);
        }
    }

    private void Enqueue((int Left, int Right) pair)
    {
        var count = _counts[pair];
        if (count > 0)
        {
            _queue.Enqueue((pair.Left, pair.Right, count), (-count, pair.Left, pair.Right));
        }
    }
}
