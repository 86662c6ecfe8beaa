using System.Runtime.InteropServices;
using Steering.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>Compares autoencoders bit by bit.</summary>
internal static class SaeParameterComparison
{
    /// <summary>Every number of one has the bits of the other; where they came from may differ.</summary>
    public static void AreSame(SaeParameters expected, SaeParameters actual, string name)
    {
        foreach (var (part, left, right) in Arrays(expected).Zip(Arrays(actual), (left, right) => (left.Name, left.Values, right.Values)))
        {
            Assert.IsTrue(MemoryMarshal.AsBytes<float>(left).SequenceEqual(MemoryMarshal.AsBytes<float>(right)), $"{name}: {part} differs.");
        }

        Assert.AreEqual(Scalars(expected), Scalars(actual), name);
    }

    /// <summary>The same parameters in arrays of their own.</summary>
    public static SaeParameters Copy(SaeParameters parameters) => parameters with
    {
        Encoder = [.. parameters.Encoder],
        Decoder = [.. parameters.Decoder],
        EncoderBias = [.. parameters.EncoderBias],
        DecoderBias = [.. parameters.DecoderBias],
        Threshold = [.. parameters.Threshold],
        GateBias = [.. parameters.GateBias],
        MagnitudeBias = [.. parameters.MagnitudeBias],
        MagnitudeLogScale = [.. parameters.MagnitudeLogScale],
        DecoderGain = [.. parameters.DecoderGain],
    };

    private static IEnumerable<(string Name, float[] Values)> Arrays(SaeParameters p) =>
    [
        (nameof(p.Encoder), p.Encoder), (nameof(p.Decoder), p.Decoder), (nameof(p.EncoderBias), p.EncoderBias), (nameof(p.DecoderBias), p.DecoderBias), (nameof(p.Threshold), p.Threshold),
        (nameof(p.GateBias), p.GateBias), (nameof(p.MagnitudeBias), p.MagnitudeBias), (nameof(p.MagnitudeLogScale), p.MagnitudeLogScale), (nameof(p.DecoderGain), p.DecoderGain),
    ];

    /// <summary>Everything but the arrays, which records compare by reference, and the source.</summary>
    private static SaeParameters Scalars(SaeParameters p) => p with
    {
        Source = string.Empty,
        Encoder = Array.Empty<float>(),
        Decoder = Array.Empty<float>(),
        EncoderBias = Array.Empty<float>(),
        DecoderBias = Array.Empty<float>(),
        Threshold = Array.Empty<float>(),
        GateBias = Array.Empty<float>(),
        MagnitudeBias = Array.Empty<float>(),
        MagnitudeLogScale = Array.Empty<float>(),
        DecoderGain = Array.Empty<float>(),
    };
}
