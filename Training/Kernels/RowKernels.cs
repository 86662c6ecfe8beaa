using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Training.Kernels;

/// <summary>Vectorised operations on rows of d floats. Sums run in an order that depends on d alone.</summary>
internal static unsafe class RowKernels
{
    private const int Lanes = 16;

    /// <summary>Σ a·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int width)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i + (4 * Lanes) <= width; i += 4 * Lanes)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + Lanes), Vector512.Load(b + i + Lanes), s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + (2 * Lanes)), Vector512.Load(b + i + (2 * Lanes)), s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + (3 * Lanes)), Vector512.Load(b + i + (3 * Lanes)), s3);
        }

        for (; i + Lanes <= width; i += Lanes)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
        }

        var sum = Vector512.Sum((s0 + s1) + (s2 + s3));
        for (; i < width; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>y += a·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float* y, float a, float* x, int width)
    {
        var factor = Vector512.Create(a);
        var i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            Vector512.FusedMultiplyAdd(factor, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        }

        for (; i < width; i++)
        {
            y[i] += a * x[i];
        }
    }

    /// <summary>y += a·x for four rows at once: y is read and written once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled4(float* y, float a0, float* x0, float a1, float* x1, float a2, float* x2, float a3, float* x3, int width)
    {
        var f0 = Vector512.Create(a0);
        var f1 = Vector512.Create(a1);
        var f2 = Vector512.Create(a2);
        var f3 = Vector512.Create(a3);
        var i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            var sum = Vector512.FusedMultiplyAdd(f0, Vector512.Load(x0 + i), Vector512.Load(y + i));
            sum = Vector512.FusedMultiplyAdd(f1, Vector512.Load(x1 + i), sum);
            sum = Vector512.FusedMultiplyAdd(f2, Vector512.Load(x2 + i), sum);
            Vector512.FusedMultiplyAdd(f3, Vector512.Load(x3 + i), sum).Store(y + i);
        }

        for (; i < width; i++)
        {
            y[i] += (a0 * x0[i]) + (a1 * x1[i]) + (a2 * x2[i]) + (a3 * x3[i]);
        }
    }

    /// <summary>y += a·x, and returns Σ w·x: both need x, which is what costs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float AddScaledAndDot(float* y, float a, float* x, float* w, int width)
    {
        var factor = Vector512.Create(a);
        Vector512<float> s0 = default, s1 = default;
        var i = 0;
        for (; i + (2 * Lanes) <= width; i += 2 * Lanes)
        {
            var x0 = Vector512.Load(x + i);
            var x1 = Vector512.Load(x + i + Lanes);
            Vector512.FusedMultiplyAdd(factor, x0, Vector512.Load(y + i)).Store(y + i);
            Vector512.FusedMultiplyAdd(factor, x1, Vector512.Load(y + i + Lanes)).Store(y + i + Lanes);
            s0 = Vector512.FusedMultiplyAdd(x0, Vector512.Load(w + i), s0);
            s1 = Vector512.FusedMultiplyAdd(x1, Vector512.Load(w + i + Lanes), s1);
        }

        for (; i + Lanes <= width; i += Lanes)
        {
            var x0 = Vector512.Load(x + i);
            Vector512.FusedMultiplyAdd(factor, x0, Vector512.Load(y + i)).Store(y + i);
            s0 = Vector512.FusedMultiplyAdd(x0, Vector512.Load(w + i), s0);
        }

        var sum = Vector512.Sum(s0 + s1);
        for (; i < width; i++)
        {
            y[i] += a * x[i];
            sum += x[i] * w[i];
        }

        return sum;
    }

    /// <summary>y = a·y.</summary>
    public static void Scale(float* y, float a, int width)
    {
        var factor = Vector512.Create(a);
        var i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            (Vector512.Load(y + i) * factor).Store(y + i);
        }

        for (; i < width; i++)
        {
            y[i] *= a;
        }
    }

    /// <summary>y = a − b.</summary>
    public static void Subtract(float* y, float* a, float* b, int width)
    {
        var i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            (Vector512.Load(a + i) - Vector512.Load(b + i)).Store(y + i);
        }

        for (; i < width; i++)
        {
            y[i] = a[i] - b[i];
        }
    }
}
