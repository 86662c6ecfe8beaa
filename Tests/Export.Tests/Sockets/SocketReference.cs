using Steering.Sockets;

namespace Steering.Tests.Export.Sockets;

/// <summary>The socket's formula, token by token in double precision, as the documentation of the contract states it.</summary>
internal static class SocketReference
{
    /// <summary>Activations and edited stream of one token.</summary>
    public static (double[] Activations, double[] Edited) Apply(SocketRows rows, ReadOnlySpan<float> x, int batchRow, double position)
    {
        var item = rows.Batch == 1 ? 0 : batchRow;
        var stream = Array.ConvertAll(x.ToArray(), value => (double)value);
        var values = new double[rows.Rows];
        var scales = new double[rows.Rows];
        for (var row = 0; row < rows.Rows; row++)
        {
            scales[row] = Scale(rows, stream, row);
            var z = (Dot(stream, rows.Read, row) / scales[row]) + rows[item, Dial.Bias, row];
            double threshold = rows[item, Dial.Threshold, row];
            if (rows[item, Dial.Competes, row] > 0 && rows.EncoderBias.Length > 0)
            {
                threshold = Math.Max(threshold, Bar(rows, stream, scales[row]));
            }

            values[row] = z > threshold ? z : 0;
        }

        var edited = (double[])stream.Clone();
        for (var row = 0; row < rows.Rows; row++)
        {
            var open = values[rows.GateRow[row]] > rows[item, Dial.Gate, row] && position >= rows[item, Dial.FirstPosition, row];
            var moved = (rows[item, Dial.Gain, row] * values[row] * Attenuation(rows, batchRow, row, values[row])) + rows[item, Dial.Offset, row];
            var f = open ? Math.Min(Math.Max(moved, rows[item, Dial.Low, row]), rows[item, Dial.High, row]) : values[row];
            for (var i = 0; i < edited.Length; i++)
            {
                edited[i] += scales[row] * (f - values[row]) * rows.Write[(row * rows.Hidden) + i];
            }
        }

        return (values, edited);
    }

    private static double Scale(SocketRows rows, double[] x, int row)
    {
        if (rows.Scale.Length == 0)
        {
            return 1;
        }

        var mean = x.Average();
        var deviation = Math.Sqrt(x.Sum(value => (value - mean) * (value - mean)) / (x.Length - 1));
        return rows.Scale[row] + (rows.Scale[rows.Rows + row] * Math.Sqrt(x.Sum(value => value * value))) + (rows.Scale[(2 * rows.Rows) + row] * (deviation + 1e-5));
    }

    private static double Bar(SocketRows rows, double[] x, double scale) =>
        Enumerable.Range(0, rows.EncoderBias.Length)
            .Select(latent => (Dot(x, rows.Encoder, latent) / scale) + rows.EncoderBias[latent])
            .OrderDescending()
            .ElementAt((int)rows.Rank - 1);

    private static double Attenuation(SocketRows rows, int batchRow, int row, double v)
    {
        if (rows.Attenuation.Length == 0)
        {
            return 1;
        }

        var item = rows.AttenuationBatch == 1 ? 0 : batchRow;
        double At(int line) => rows.Attenuation[(((item * rows.AttenuationRows) + line) * rows.Rows) + row];
        var knots = (rows.AttenuationRows - SocketLayout.PosteriorRows) / 2;
        var posterior = 1 / (1 + Math.Exp(-((At(1) * v * v) + (At(2) * v) + At(3))));
        var factor = 1 - (At(0) * posterior);
        for (var knot = 0; knot < knots; knot++)
        {
            factor += At(SocketLayout.PosteriorRows + knots + knot) * Math.Max(0, v - At(SocketLayout.PosteriorRows + knot));
        }

        return factor;
    }

    private static double Dot(double[] x, float[] matrix, int row)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * matrix[(row * x.Length) + i];
        }

        return sum;
    }
}
