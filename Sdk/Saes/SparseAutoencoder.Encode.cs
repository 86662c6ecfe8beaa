using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Saes;

public sealed unsafe partial class SparseAutoencoder
{
    private const int TokenBlock = 32;

    /// <summary>Activations of every latent.</summary>
    /// <param name="x">[T, d] residual vectors.</param>
    /// <param name="tokens">T.</param>
    /// <param name="activations">[T, D]; receives the activations, 0 where a latent is inactive.</param>
    /// <exception cref="SteeringException">A size that does not fit, or a number that is not finite.</exception>
    /// <remarks>
    /// Among k places (TopK), a latent is active where its pre-activation exceeds the (k + 1)-th largest, as in a
    /// socket: of latents exactly tied for the last place none is active, where a top-k routine would pick by chance.
    /// A token's result does not depend on the tokens beside it.
    /// </remarks>
    public void Encode(ReadOnlySpan<float> x, int tokens, Span<float> activations)
    {
        CheckLength("x", x.Length, tokens, HiddenSize);
        CheckLength("activations", activations.Length, tokens, LatentCount);
        if (tokens == 0)
        {
            return;
        }

        var scales = ArrayPool<TokenScale>.Shared.Rent(tokens);
        try
        {
            Measure(x, tokens, scales);
            fixed (float* input = x, output = activations)
            {
                EncodeBlocks(input, tokens, scales, output);
            }
        }
        finally
        {
            ArrayPool<TokenScale>.Shared.Return(scales);
        }
    }

    /// <summary>The active latents of every token: the form for discovery and for decoding, without [T, D] numbers.</summary>
    /// <param name="x">[T, d] residual vectors.</param>
    /// <param name="tokens">T.</param>
    /// <exception cref="SteeringException">A size that does not fit, or a number that is not finite.</exception>
    public SparseActivations EncodeSparse(ReadOnlySpan<float> x, int tokens)
    {
        CheckLength("x", x.Length, tokens, HiddenSize);
        var builder = new SparseActivationsBuilder(tokens, LatentCount, Math.Max(K, 32));

        // Two blocks a core at a time keep every core busy without a dense [T, D].
        var chunk = Math.Min(Math.Max(tokens, 1), TokenBlock * 2 * Environment.ProcessorCount);
        var dense = ArrayPool<float>.Shared.Rent(checked(chunk * LatentCount));
        try
        {
            for (var first = 0; first < tokens; first += chunk)
            {
                var count = Math.Min(chunk, tokens - first);
                var rows = dense.AsSpan(0, count * LatentCount);
                Encode(x.Slice(first * HiddenSize, count * HiddenSize), count, rows);
                builder.Append(rows, count);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(dense);
        }

        return builder.Build();
    }

    /// <summary>The most active latents of every token, by descending size of the activation, then by index.</summary>
    /// <param name="x">[T, d] residual vectors.</param>
    /// <param name="tokens">T.</param>
    /// <param name="count">Largest number of latents a token, at least 1; fewer where fewer are active.</param>
    /// <exception cref="SteeringException">A size that does not fit, or a number that is not finite.</exception>
    public IReadOnlyList<IReadOnlyList<LatentActivation>> TopLatents(ReadOnlySpan<float> x, int tokens, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var sparse = EncodeSparse(x, tokens);
        var result = new LatentActivation[tokens][];
        for (var token = 0; token < tokens; token++)
        {
            var indices = sparse.Indices(token);
            var values = sparse.Values(token);
            var active = new LatentActivation[indices.Length];
            for (var i = 0; i < active.Length; i++)
            {
                active[i] = new LatentActivation(indices[i], values[i]);
            }

            Array.Sort(active, static (left, right) =>
            {
                var order = MathF.Abs(right.Activation).CompareTo(MathF.Abs(left.Activation));
                return order != 0 ? order : left.Latent.CompareTo(right.Latent);
            });
            result[token] = active.Length <= count ? active : active[..count];
        }

        return result;
    }

    private void EncodeBlocks(float* x, int tokens, TokenScale[] scales, float* z)
    {
        if (Architecture == SaeArchitecture.MatchingPursuit)
        {
            Pursue(x, tokens, scales, z);
            return;
        }

        var blocks = (tokens + TokenBlock - 1) / TokenBlock;
        if (blocks >= Environment.ProcessorCount)
        {
            Parallel.For(0, blocks, block =>
            {
                var first = block * TokenBlock;
                var count = Math.Min(TokenBlock, tokens - first);
                Project(x, first, count, 0, LatentCount, z);
                Activate(first, count, scales, z);
            });
            return;
        }

        // Few tokens: the cores share the latents instead.
        var slice = Math.Max(256, (((LatentCount / Environment.ProcessorCount) + 3) / 4) * 4);
        var slices = (LatentCount + slice - 1) / slice;
        Parallel.For(0, slices, part => Project(x, 0, tokens, part * slice, Math.Min(LatentCount, (part + 1) * slice), z));
        Activate(0, tokens, scales, z);
    }

    private void Project(float* x, int firstToken, int tokens, int firstLatent, int lastLatent, float* z)
    {
        fixed (float* read = _read)
        {
            RowProduct.Multiply(x + ((nint)firstToken * HiddenSize), tokens, HiddenSize, read, firstLatent, lastLatent, z + ((nint)firstToken * LatentCount), LatentCount);
        }
    }

    private void Activate(int firstToken, int tokens, TokenScale[] scales, float* z)
    {
        for (var token = firstToken; token < firstToken + tokens; token++)
        {
            var row = new Span<float>(z + ((nint)token * LatentCount), LatentCount);
            TensorPrimitives.MultiplyAdd(row, scales[token].Inverse, _bias, row);
            if (Architecture == SaeArchitecture.AbsTopK)
            {
                if (K < LatentCount)
                {
                    Selection.KeepLargestMagnitudes(row, K);
                }
            }
            else if (Competition is not null)
            {
                Selection.KeepAbove(row, MathF.Max(Selection.RankedValue(row, K + 1), 0));
            }
            else
            {
                Selection.KeepAbove(row, _threshold);
            }
        }
    }

    /// <summary>Takes each token's scale and refuses tokens that are not finite.</summary>
    private void Measure(ReadOnlySpan<float> x, int tokens, TokenScale[] scales)
    {
        for (var token = 0; token < tokens; token++)
        {
            var row = x.Slice(token * HiddenSize, HiddenSize);
            if (!TensorPrimitives.IsFiniteAll(row))
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: the residual vector of token {token} holds NaN or infinity."));
            }

            scales[token] = TokenScale.Of(row, Normalisation);
        }
    }

    private void CheckLength(string name, int length, int tokens, int width)
    {
        if (tokens < 0 || length != (long)tokens * width)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: {name} has {length} numbers, expected {tokens} tokens × {width}."));
        }
    }
}
