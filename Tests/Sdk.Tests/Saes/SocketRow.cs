using Steering.Saes;

namespace Steering.Tests.Sdk.Saes;

/// <summary>The formula of a socket (SocketLayout, Dial) in double precision, for one row and one token.</summary>
internal static class SocketRow
{
    /// <summary>v of a row: z = (x·read)/s + bias, kept where above its threshold and, competing, above the (k + 1)-th largest.</summary>
    public static double Value(SaeRow row, CompetingEncoder? competition, ReadOnlySpan<float> x)
    {
        var scale = Scale(row, x);
        var z = (Dot(row.Read, x) / scale) + row.Bias;
        return z > row.Threshold && (!row.Competes || z > Bar(competition!, scale, x)) ? z : 0;
    }

    /// <summary>x + s·(edited − v)·write.</summary>
    public static double[] Steered(SaeRow row, double v, double edited, ReadOnlySpan<float> x)
    {
        var result = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            result[i] = x[i] + (Scale(row, x) * (edited - v) * row.Write[i]);
        }

        return result;
    }

    private static double Bar(CompetingEncoder competition, double scale, ReadOnlySpan<float> x)
    {
        var all = new double[competition.Bias.Length];
        for (var j = 0; j < all.Length; j++)
        {
            all[j] = (Dot(competition.Weights.Span.Slice(j * x.Length, x.Length), x) / scale) + competition.Bias.Span[j];
        }

        return all.OrderDescending().ElementAt(competition.K);
    }

    private static double Scale(SaeRow row, ReadOnlySpan<float> x)
    {
        var values = x.ToArray();
        var mean = values.Average(value => (double)value);
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return row.ScaleConstant + (row.ScaleNorm * Math.Sqrt(Dot(x, x))) + (row.ScaleDeviation * (deviation + 1e-5));
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }
}
