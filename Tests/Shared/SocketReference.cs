using System.Numerics.Tensors;
using Steering.Compilation;
using Steering.Sockets;

namespace Steering.Tests;

/// <summary>
/// The socket's formula written down plainly, in double precision: what a graph with sockets must compute for a
/// <see cref="SiteProgram"/>. Slow on purpose; nothing is shared with the code under test.
/// </summary>
internal static class SocketReference
{
    /// <summary>Applies a program to the residual vectors of one sequence.</summary>
    /// <param name="program">The program.</param>
    /// <param name="x">[T, d] residual vectors.</param>
    /// <param name="tokens">Number of tokens T.</param>
    /// <param name="position">Position of the first of them in the sequence.</param>
    /// <param name="dials">Dials in force; null takes the program's.</param>
    /// <returns>[T, d] residual vectors after the edit, and [T, M] activations before it.</returns>
    public static (float[] Residual, float[] Activations) Apply(SiteProgram program, float[] x, int tokens, int position = 0, float[]? dials = null)
    {
        var (rows, width) = (program.RowCount, program.HiddenSize);
        Assert.HasCount(tokens * width, x);
        Assert.HasCount(rows * width, program.Read);
        Assert.HasCount(rows * width, program.Write);
        dials ??= program.Dials;
        Assert.HasCount(rows * SocketLayout.DialCount, dials);
        var residual = (float[])x.Clone();
        var activations = new float[tokens * rows];
        for (var token = 0; token < tokens; token++)
        {
            var vector = x.AsSpan(token * width, width);
            var (v, s) = (new double[rows], new double[rows]);
            for (var row = 0; row < rows; row++)
            {
                s[row] = Scale(program, vector, row);
                var z = (Dot(vector, program.Read.AsSpan(row * width, width)) / s[row]) + Get(dials, rows, Dial.Bias, row);
                var place = KthLargest(program, vector, s[row]);
                var active = z > Get(dials, rows, Dial.Threshold, row) && (Get(dials, rows, Dial.Competes, row) == 0 || z > place);
                v[row] = active ? z : 0;
                activations[(token * rows) + row] = (float)v[row];
            }

            var delta = new double[width];
            for (var row = 0; row < rows; row++)
            {
                var open = v[program.GateRow[row]] > Get(dials, rows, Dial.Gate, row)
                    && position + token >= Get(dials, rows, Dial.FirstPosition, row);
                var u = (Get(dials, rows, Dial.Gain, row) * v[row] * Attenuation(program, rows, row, v[row])) + Get(dials, rows, Dial.Offset, row);
                var edited = open ? Math.Min(Math.Max(u, Get(dials, rows, Dial.Low, row)), Get(dials, rows, Dial.High, row)) : v[row];
                for (var index = 0; index < width; index++)
                {
                    delta[index] += s[row] * (edited - v[row]) * program.Write[(row * width) + index];
                }
            }

            for (var index = 0; index < width; index++)
            {
                residual[(token * width) + index] += (float)delta[index];
            }
        }

        return (residual, activations);
    }

    private static double Get(float[] dials, int rows, Dial dial, int row) => dials[((int)dial * rows) + row];

    private static double Scale(SiteProgram program, ReadOnlySpan<float> x, int row)
    {
        if (program.Scale.Length == 0)
        {
            return 1;
        }

        var rows = program.RowCount;
        var mean = 0d;
        foreach (var value in x)
        {
            mean += value;
        }

        mean /= x.Length;
        var (square, spread) = (0d, 0d);
        foreach (var value in x)
        {
            square += (double)value * value;
            spread += (value - mean) * (value - mean);
        }

        return program.Scale[row] + (program.Scale[rows + row] * Math.Sqrt(square)) + (program.Scale[(2 * rows) + row] * (Math.Sqrt(spread / (x.Length - 1)) + 1e-5));
    }

    /// <summary>The (k + 1)-th largest pre-activation: a competing latent must exceed it.</summary>
    private static double KthLargest(SiteProgram program, ReadOnlySpan<float> x, double scale)
    {
        if (program.Encoder is not { } encoder)
        {
            return double.NegativeInfinity;
        }

        var latents = encoder.Bias.Length;
        var all = new double[latents];
        for (var latent = 0; latent < latents; latent++)
        {
            all[latent] = (Dot(x, encoder.Weights.Span.Slice(latent * x.Length, x.Length)) / scale) + encoder.Bias.Span[latent];
        }

        Array.Sort(all);
        return all[latents - 1 - encoder.K];
    }

    private static double Attenuation(SiteProgram program, int rows, int row, double v)
    {
        if (program.Attenuation.Length == 0)
        {
            return 1;
        }

        var table = program.Attenuation;
        var knots = ((table.Length / rows) - SocketLayout.PosteriorRows) / 2;
        var logit = (table[rows + row] * v * v) + (table[(2 * rows) + row] * v) + table[(3 * rows) + row];
        var result = 1 - (table[row] / (1 + Math.Exp(-logit)));
        for (var knot = 0; knot < knots; knot++)
        {
            var at = table[((SocketLayout.PosteriorRows + knot) * rows) + row];
            var slope = table[((SocketLayout.PosteriorRows + knots + knot) * rows) + row];
            result += slope * Math.Max(0, v - at);
        }

        return result;
    }

    /// <summary>Products and sum in double precision; rows of several thousand latents make a plain loop too slow.</summary>
    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Span<double> wideLeft = left.Length <= 1024 ? stackalloc double[left.Length] : new double[left.Length];
        Span<double> wideRight = right.Length <= 1024 ? stackalloc double[right.Length] : new double[right.Length];
        TensorPrimitives.ConvertChecked(left, wideLeft);
        TensorPrimitives.ConvertChecked(right, wideRight);
        return TensorPrimitives.Dot<double>(wideLeft, wideRight);
    }
}
