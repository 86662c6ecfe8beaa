using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Steering.Saes;

/// <summary>
/// y[t, r] = x_t · w_r for rows that lie contiguous on both sides: the encoder product. Blocked so that four rows of
/// the weights stay in the first cache while a block of tokens passes over them, with sixteen sums in registers. Each
/// sum is accumulated in an order that depends on d alone, so a token gets the same bits whatever it is batched with.
/// </summary>
internal static unsafe class RowProduct
{
    private const int Lanes = 16;
    private const int Tile = 4;
    private const int TokenBlock = 32;

    /// <summary>Computes y for all tokens of one block and a range of rows.</summary>
    /// <param name="x">[tokens, width].</param>
    /// <param name="tokens">Number of tokens, at least 1.</param>
    /// <param name="width">d.</param>
    /// <param name="weights">[≥ lastRow, width].</param>
    /// <param name="firstRow">First row of the weights.</param>
    /// <param name="lastRow">One past the last row.</param>
    /// <param name="y">[tokens, stride]; y[t, r] goes to y[t·stride + r].</param>
    /// <param name="stride">Distance between the results of two tokens.</param>
    public static void Multiply(float* x, int tokens, int width, float* weights, int firstRow, int lastRow, float* y, int stride)
    {
        Debug.Assert(tokens > 0 && firstRow < lastRow, "an empty product is the caller's to skip");
        for (var block = 0; block < tokens; block += TokenBlock)
        {
            var count = Math.Min(TokenBlock, tokens - block);
            for (var row = firstRow; row < lastRow; row += Tile)
            {
                var w = weights + ((nint)row * width);
                if (lastRow - row < Tile)
                {
                    Remainder(x, block, count, width, w, lastRow - row, y + row, stride);
                    continue;
                }

                // Without 512-bit registers sixteen sums would spill; one token at a time needs four.
                var token = block;
                for (; Vector512.IsHardwareAccelerated && token + Tile <= block + count; token += Tile)
                {
                    FourByFour(x + ((nint)token * width), width, w, y + ((nint)token * stride) + row, stride);
                }

                for (; token < block + count; token++)
                {
                    OneByFour(x + ((nint)token * width), width, w, y + ((nint)token * stride) + row);
                }
            }
        }
    }

    private static void Remainder(float* x, int firstToken, int tokens, int width, float* w, int rows, float* y, int stride)
    {
        for (var token = firstToken; token < firstToken + tokens; token++)
        {
            for (var row = 0; row < rows; row++)
            {
                y[((nint)token * stride) + row] = One(x + ((nint)token * width), w + ((nint)row * width), width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(float* x, int width, float* w, float* y, int stride)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default;
        float* x1 = x + width, x2 = x1 + width, x3 = x2 + width;
        float* w1 = w + width, w2 = w1 + width, w3 = w2 + width;
        var whole = width - (width % Lanes);
        for (var i = 0; i < whole; i += Lanes)
        {
            var u0 = Vector512.Load(w + i);
            var u1 = Vector512.Load(w1 + i);
            var u2 = Vector512.Load(w2 + i);
            var u3 = Vector512.Load(w3 + i);
            var v = Vector512.Load(x + i);
            a0 = Vector512.FusedMultiplyAdd(v, u0, a0);
            a1 = Vector512.FusedMultiplyAdd(v, u1, a1);
            a2 = Vector512.FusedMultiplyAdd(v, u2, a2);
            a3 = Vector512.FusedMultiplyAdd(v, u3, a3);
            v = Vector512.Load(x1 + i);
            b0 = Vector512.FusedMultiplyAdd(v, u0, b0);
            b1 = Vector512.FusedMultiplyAdd(v, u1, b1);
            b2 = Vector512.FusedMultiplyAdd(v, u2, b2);
            b3 = Vector512.FusedMultiplyAdd(v, u3, b3);
            v = Vector512.Load(x2 + i);
            c0 = Vector512.FusedMultiplyAdd(v, u0, c0);
            c1 = Vector512.FusedMultiplyAdd(v, u1, c1);
            c2 = Vector512.FusedMultiplyAdd(v, u2, c2);
            c3 = Vector512.FusedMultiplyAdd(v, u3, c3);
            v = Vector512.Load(x3 + i);
            d0 = Vector512.FusedMultiplyAdd(v, u0, d0);
            d1 = Vector512.FusedMultiplyAdd(v, u1, d1);
            d2 = Vector512.FusedMultiplyAdd(v, u2, d2);
            d3 = Vector512.FusedMultiplyAdd(v, u3, d3);
        }

        (Sums(a0, a1, a2, a3) + Tail(x, w, whole, width)).Store(y);
        (Sums(b0, b1, b2, b3) + Tail(x1, w, whole, width)).Store(y + stride);
        (Sums(c0, c1, c2, c3) + Tail(x2, w, whole, width)).Store(y + (2 * (nint)stride));
        (Sums(d0, d1, d2, d3) + Tail(x3, w, whole, width)).Store(y + (3 * (nint)stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(float* x, int width, float* w, float* y)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        float* w1 = w + width, w2 = w1 + width, w3 = w2 + width;
        var whole = width - (width % Lanes);
        for (var i = 0; i < whole; i += Lanes)
        {
            var v = Vector512.Load(x + i);
            a0 = Vector512.FusedMultiplyAdd(v, Vector512.Load(w + i), a0);
            a1 = Vector512.FusedMultiplyAdd(v, Vector512.Load(w1 + i), a1);
            a2 = Vector512.FusedMultiplyAdd(v, Vector512.Load(w2 + i), a2);
            a3 = Vector512.FusedMultiplyAdd(v, Vector512.Load(w3 + i), a3);
        }

        (Sums(a0, a1, a2, a3) + Tail(x, w, whole, width)).Store(y);
    }

    private static float One(float* x, float* w, int width)
    {
        var sum = Vector512<float>.Zero;
        var whole = width - (width % Lanes);
        for (var i = 0; i < whole; i += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(w + i), sum);
        }

        return Sums(sum, sum, sum, sum).ToScalar() + TailOf(x, w, whole, width);
    }

    /// <summary>The four sums over the lanes, by pairwise additions in one fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var p = a.GetLower() + a.GetUpper();
        var q = b.GetLower() + b.GetUpper();
        var r = c.GetLower() + c.GetUpper();
        var s = d.GetLower() + d.GetUpper();
        if (Avx.IsSupported)
        {
            var sums = Avx.HorizontalAdd(Avx.HorizontalAdd(p, q), Avx.HorizontalAdd(r, s));
            return sums.GetLower() + sums.GetUpper();
        }

        return Vector128.Create(Vector256.Sum(p), Vector256.Sum(q), Vector256.Sum(r), Vector256.Sum(s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Tail(float* x, float* w, int start, int width) => start == width
        ? Vector128<float>.Zero
        : Vector128.Create(
            TailOf(x, w, start, width),
            TailOf(x, w + width, start, width),
            TailOf(x, w + (2 * (nint)width), start, width),
            TailOf(x, w + (3 * (nint)width), start, width));

    private static float TailOf(float* x, float* w, int start, int width)
    {
        var sum = 0f;
        for (var i = start; i < width; i++)
        {
            sum += x[i] * w[i];
        }

        return sum;
    }
}
