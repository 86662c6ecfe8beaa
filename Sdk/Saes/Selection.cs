using System.Buffers;
using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Steering.Saes;

/// <summary>Zeroes what is not active, and finds the value at a rank.</summary>
internal static class Selection
{
    private const int Lanes = 16;

    /// <summary>Keeps values strictly above one threshold, zeroes the others (and NaN).</summary>
    public static void KeepAbove(Span<float> values, float threshold)
    {
        var limit = Vector512.Create(threshold);
        var i = 0;
        for (; i + Lanes <= values.Length; i += Lanes)
        {
            var v = Vector512.Create<float>(values.Slice(i, Lanes));
            (v & Vector512.GreaterThan(v, limit)).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = values[i] > threshold ? values[i] : 0;
        }
    }

    /// <summary>Keeps each value where it is strictly above its own threshold, zeroes the others (and NaN).</summary>
    public static void KeepAbove(Span<float> values, ReadOnlySpan<float> thresholds)
    {
        Debug.Assert(values.Length == thresholds.Length, "one threshold a value");
        var i = 0;
        for (; i + Lanes <= values.Length; i += Lanes)
        {
            var v = Vector512.Create<float>(values.Slice(i, Lanes));
            (v & Vector512.GreaterThan(v, Vector512.Create(thresholds.Slice(i, Lanes)))).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = values[i] > thresholds[i] ? values[i] : 0;
        }
    }

    /// <summary>Keeps, with their sign, the values whose magnitude exceeds the (k + 1)-th largest magnitude.</summary>
    public static void KeepLargestMagnitudes(Span<float> values, int k)
    {
        var magnitudes = ArrayPool<float>.Shared.Rent(values.Length);
        var span = magnitudes.AsSpan(0, values.Length);
        TensorPrimitives.Abs(values, span);
        var limit = RankedValue(span, k + 1);
        for (var i = 0; i < span.Length; i++)
        {
            values[i] = span[i] > limit ? values[i] : 0;
        }

        ArrayPool<float>.Shared.Return(magnitudes);
    }

    /// <summary>The value at a rank, counted from the largest.</summary>
    /// <param name="values">At least <paramref name="rank"/> values.</param>
    /// <param name="rank">1: the largest.</param>
    public static float RankedValue(ReadOnlySpan<float> values, int rank)
    {
        Debug.Assert(rank >= 1 && rank <= values.Length, "the rank lies within the values");
        var rented = ArrayPool<float>.Shared.Rent(rank);
        var heap = rented.AsSpan(0, rank);
        values[..rank].CopyTo(heap);
        for (var i = (rank / 2) - 1; i >= 0; i--)
        {
            Sink(heap, i);
        }

        // The heap's smallest is the bar; whole vectors below it are passed over with one comparison.
        var next = rank;
        for (; next + Lanes <= values.Length; next += Lanes)
        {
            var lanes = values.Slice(next, Lanes);
            if (Vector512.GreaterThanAny(Vector512.Create(lanes), Vector512.Create(heap[0])))
            {
                Offer(heap, lanes);
            }
        }

        Offer(heap, values[next..]);
        var result = heap[0];
        ArrayPool<float>.Shared.Return(rented);
        return result;
    }

    private static void Offer(Span<float> heap, ReadOnlySpan<float> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (candidate > heap[0])
            {
                heap[0] = candidate;
                Sink(heap, 0);
            }
        }
    }

    private static void Sink(Span<float> heap, int at)
    {
        var value = heap[at];
        while ((2 * at) + 1 < heap.Length)
        {
            var child = (2 * at) + 1;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child])
            {
                child++;
            }

            if (heap[child] >= value)
            {
                break;
            }

            heap[at] = heap[child];
            at = child;
        }

        heap[at] = value;
    }
}
