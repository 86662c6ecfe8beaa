using System.Numerics.Tensors;
using Steering.Decoding;
using Steering.Numerics;

namespace Steering.Batching;

/// <summary>
/// Chooses the tokens of one row. In this order: the repetition penalty divides (positive) or multiplies (negative) the
/// logits of tokens already present; l / temperature; the k largest; softmax; the smallest set of the most probable tokens
/// whose probabilities sum to at least p; the tokens at least min-p times as probable as the first; renormalised, one
/// uniform number a token. Equal logits count as ordered by id. Nothing is allocated for a token.
/// </summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly ulong[] _present;
    private readonly int[] _presentIds;
    private int _presentCount;
    private Xoshiro256 _random;
    private double _total;

    /// <param name="options">How tokens are chosen.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="prompt">Tokens already present.</param>
    /// <param name="maximumTokens">Number of tokens that may follow.</param>
    public TokenSampler(SamplingOptions options, int vocabulary, ReadOnlySpan<int> prompt, int maximumTokens)
    {
        _options = options;
        _random = new Xoshiro256((ulong)(options.Seed ?? Random.Shared.Next()));
        var penalises = options.RepetitionPenalty != 1;
        _present = new ulong[penalises ? (vocabulary + 63) / 64 : 0];
        _presentIds = new int[penalises ? (int)Math.Min(vocabulary, (long)prompt.Length + maximumTokens) : 0];
        Note(prompt);
    }

    /// <summary>Goes on after tokens were taken back: they are present no more, and random draws go on.</summary>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="kept">Tokens that follow it.</param>
    public void Forget(ReadOnlySpan<int> prompt, IReadOnlyList<int> kept)
    {
        if (_present.Length == 0)
        {
            return;
        }

        Array.Clear(_present);
        _presentCount = 0;
        Note(prompt);
        for (var index = 0; index < kept.Count; index++)
        {
            Note(kept[index]);
        }
    }

    /// <summary>Chooses a token and notes it as present.</summary>
    /// <param name="logits">[V]; changed in place.</param>
    /// <param name="scratch">Working memory for V.</param>
    /// <returns>Token id, or −1 where the logits hold no number to choose by.</returns>
    public int Next(Span<float> logits, SamplerScratch scratch)
    {
        Penalise(logits);
        var best = TensorPrimitives.IndexOfMax<float>(logits);
        if (!float.IsFinite(logits[best]))
        {
            return -1;
        }

        var token = _options.Temperature > 0 ? Draw(logits, logits[best], scratch) : best;
        Note(token);
        return token;
    }

    private void Note(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            Note(token);
        }
    }

    private void Note(int token)
    {
        if (_present.Length > 0 && (_present[token >> 6] & (1UL << token)) == 0)
        {
            _present[token >> 6] |= 1UL << token;
            _presentIds[_presentCount++] = token;
        }
    }

    private void Penalise(Span<float> logits)
    {
        foreach (var token in _presentIds.AsSpan(0, _presentCount))
        {
            logits[token] = logits[token] > 0 ? logits[token] / _options.RepetitionPenalty : logits[token] * _options.RepetitionPenalty;
        }
    }

    private int Draw(Span<float> logits, float highest, SamplerScratch scratch)
    {
        // Subtracted before it is divided, so that a tiny temperature cannot overflow.
        TensorPrimitives.Subtract(logits, highest, logits);
        TensorPrimitives.Divide(logits, _options.Temperature, logits);
        var weights = scratch.Weights.AsSpan(0, logits.Length);
        TensorPrimitives.Exp<float>(logits, weights);
        var ordered = _options.TopK < logits.Length || _options.TopP < 1;
        return ordered ? DrawOrdered(logits, weights, scratch.Keys) : DrawAny(weights);
    }

    // Without top-k and top-p no order is needed: min-p compares with the largest weight, which is 1.
    private int DrawAny(Span<float> weights)
    {
        if (_options.MinP is { } share)
        {
            for (var id = 0; id < weights.Length; id++)
            {
                weights[id] = weights[id] >= share ? weights[id] : 0;
            }
        }

        return Pick(weights, Sum(weights));
    }

    private int DrawOrdered(ReadOnlySpan<float> scaled, Span<float> weights, ulong[] keys)
    {
        var top = Math.Min(_options.TopK ?? scaled.Length, scaled.Length);
        var candidates = keys.AsSpan(0, Candidates(scaled, weights, keys, top));
        candidates.Sort();
        candidates = candidates[..Math.Min(top, candidates.Length)];

        // The weights of the candidates in order take the place of the others, which are not needed any more.
        for (var rank = 0; rank < candidates.Length; rank++)
        {
            weights[rank] = MathF.Exp(scaled[Id(candidates[rank])]);
        }

        var kept = weights[..candidates.Length];
        if (_options.TopP is { } share && share < 1)
        {
            // Where top-k cut, p is a share of what it left; else of everything, which the candidates need not hold.
            kept = kept[..Nucleus(kept, share * (_options.TopK < scaled.Length ? Sum(kept) : _total))];
        }

        if (_options.MinP is { } ratio)
        {
            var length = kept.Length;
            while (kept[length - 1] < ratio)
            {
                length--;
            }

            kept = kept[..length];
        }

        return Id(candidates[Pick(kept, Sum(kept))]);
    }

    /// <summary>Packs the tokens that can be among the kept ones: a window below the largest logit, widened until it holds enough.</summary>
    private int Candidates(ReadOnlySpan<float> scaled, ReadOnlySpan<float> weights, Span<ulong> keys, int top)
    {
        _total = Sum(weights);
        var wanted = _options.TopK < scaled.Length ? 0 : (_options.TopP ?? 1) * _total;
        for (var window = 4f; ; window *= 2)
        {
            var everything = window > 1e4f;
            var (count, mass) = (0, 0d);
            for (var id = 0; id < scaled.Length; id++)
            {
                if (scaled[id] >= -window || everything)
                {
                    keys[count++] = Pack(scaled[id], id);
                    mass += weights[id];
                }
            }

            if (everything || (wanted > 0 ? mass >= wanted : count >= top))
            {
                return count;
            }
        }
    }

    private static int Nucleus(ReadOnlySpan<float> weights, double wanted)
    {
        var mass = 0d;
        for (var rank = 0; rank < weights.Length; rank++)
        {
            mass += weights[rank];
            if (mass >= wanted)
            {
                return rank + 1;
            }
        }

        return weights.Length;
    }

    private int Pick(ReadOnlySpan<float> weights, double sum)
    {
        var target = _random.NextDouble() * sum;
        var mass = 0d;
        var last = 0;
        for (var index = 0; index < weights.Length; index++)
        {
            if (weights[index] > 0)
            {
                mass += weights[index];
                last = index;
                if (mass > target)
                {
                    break;
                }
            }
        }

        return last;
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0d;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        return sum;
    }

    // Ascending keys are descending logits, then ascending ids. Scaled logits are at most 0, or −∞; NaN comes last.
    private static ulong Pack(float scaled, int id) =>
        ((ulong)(scaled < 0 ? BitConverter.SingleToUInt32Bits(scaled) & 0x7FFFFFFF : scaled == 0 ? 0 : uint.MaxValue) << 32) | (uint)id;

    private static int Id(ulong key) => (int)(uint)key;
}

/// <summary>Working memory of <see cref="TokenSampler"/>, shared by all rows of one thread.</summary>
/// <param name="vocabulary">V.</param>
internal sealed class SamplerScratch(int vocabulary)
{
    /// <summary>[V] weights of the candidates.</summary>
    public float[] Weights { get; } = new float[vocabulary];

    /// <summary>[V] candidates as <see cref="TokenSampler"/> packs them to sort them.</summary>
    public ulong[] Keys { get; } = new ulong[vocabulary];
}
