using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Training.Kernels;

/// <summary>
/// The k largest entries of one row of pre-activations, exactly. The k-th largest of the maxima of small groups bounds the
/// k-th largest entry from below (k groups have an entry at least that large), so one sweep of maxima and one scan for the
/// few candidates above the bound replace a sort.
/// </summary>
internal static unsafe class RankSelect
{
    private const int Lanes = 16;

    /// <summary>Number of floats that <see cref="LargestPositive"/> needs as scratch.</summary>
    public static int ScratchSize(int count) => 2 * count;

    /// <summary>Finds the k largest entries that are above 0; of equal entries the ones that come first.</summary>
    /// <param name="values">[count].</param>
    /// <param name="count">Number of entries.</param>
    /// <param name="k">How many, at least 1.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> floats.</param>
    /// <param name="indices">[count], filled from the front in ascending order.</param>
    /// <param name="selected">[count], the entries themselves.</param>
    /// <returns>How many were found, at most k.</returns>
    public static int LargestPositive(float* values, int count, int k, float* scratch, int* indices, float* selected)
    {
        var found = Above(values, 0, count, LowerBound(values, count, k, scratch), indices, selected);
        return found <= k ? found : KeepLargest(indices, selected, found, k, scratch);
    }

    /// <summary>Appends the entries that are at least <paramref name="bound"/> and above 0.</summary>
    /// <param name="values">[count].</param>
    /// <param name="first">What to add to the indices.</param>
    /// <param name="count">Number of entries.</param>
    /// <param name="bound">Lower bound.</param>
    /// <param name="indices">[count], filled from the front in ascending order.</param>
    /// <param name="selected">[count], the entries themselves.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Above(float* values, int first, int count, float bound, int* indices, float* selected)
    {
        // At least the bound and above 0 is one comparison: above the number just below the bound.
        var below = bound > 0 ? MathF.BitDecrement(bound) : 0;
        var limit = Vector512.Create(below);
        var found = 0;
        var i = 0;
        for (; i + Lanes <= count; i += Lanes)
        {
            var mask = Vector512.GreaterThan(Vector512.Load(values + i), limit).ExtractMostSignificantBits();
            for (; mask != 0; mask &= mask - 1)
            {
                var at = i + BitOperations.TrailingZeroCount(mask);
                indices[found] = first + at;
                selected[found++] = values[at];
            }
        }

        for (; i < count; i++)
        {
            if (values[i] > below)
            {
                indices[found] = first + i;
                selected[found++] = values[i];
            }
        }

        return found;
    }

    /// <summary>Keeps the k largest of <paramref name="count"/> entries in place and in order; of equal ones those that come first.</summary>
    public static int KeepLargest(int* indices, float* values, int count, int k, float* scratch)
    {
        new ReadOnlySpan<float>(values, count).CopyTo(new Span<float>(scratch, count));
        var threshold = KthLargest(scratch, count, k);
        var ties = k;
        for (var i = 0; i < count; i++)
        {
            ties -= values[i] > threshold ? 1 : 0;
        }

        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (values[i] > threshold || (values[i] == threshold && ties-- > 0))
            {
                indices[kept] = indices[i];
                values[kept++] = values[i];
            }
        }

        return kept;
    }

    /// <summary>The k-th largest of <paramref name="count"/> values, which are reordered (Hoare's selection).</summary>
    public static float KthLargest(float* values, nint count, nint k)
    {
        nint low = 0;
        var high = count - 1;
        var wanted = k - 1;
        while (low < high)
        {
            var pivot = MedianOfThree(values[low], values[low + ((high - low) / 2)], values[high]);
            var i = low;
            var j = high;
            while (i <= j)
            {
                while (values[i] > pivot)
                {
                    i++;
                }

                while (values[j] < pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (wanted <= j)
            {
                high = j;
            }
            else if (wanted >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }

        return values[wanted];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LowerBound(float* values, int count, int k, float* scratch)
    {
        // Wide groups make the second selection small; they must still number several times k to bound tightly.
        var wide = count / (4 * Lanes) >= 3 * k;
        var width = wide ? 4 * Lanes : Lanes;
        var groups = count / width;
        if (groups < k)
        {
            return 0;
        }

        for (var g = 0; g < groups; g++)
        {
            var start = values + (g * width);
            var v = Vector512.Load(start);
            if (wide)
            {
                v = Vector512.Max(
                    Vector512.Max(v, Vector512.Load(start + Lanes)),
                    Vector512.Max(Vector512.Load(start + (2 * Lanes)), Vector512.Load(start + (3 * Lanes))));
            }

            scratch[g] = Maximum(v);
        }

        return KthLargest(scratch, groups, k);
    }

    private static float Maximum(Vector512<float> v)
    {
        var half = Vector256.Max(v.GetLower(), v.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(quarter[0], quarter[1]);
    }

    private static float MedianOfThree(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
