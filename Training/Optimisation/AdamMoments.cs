using Steering.Decoding;

namespace Steering.Training.Optimisation;

/// <summary>Both moments of a run of parameters.</summary>
internal sealed class AdamMoments(int count) : IDisposable
{
    private readonly NativeBuffer<float> _first = new(count);
    private readonly NativeBuffer<float> _second = new(count);

    /// <summary>[count] first moment.</summary>
    public unsafe float* First => (float*)_first.Address;

    /// <summary>[count] second moment.</summary>
    public unsafe float* Second => (float*)_second.Address;

    /// <summary>[count] first moment.</summary>
    public Span<float> FirstSpan => _first.Span;

    /// <summary>[count] second moment.</summary>
    public Span<float> SecondSpan => _second.Span;

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}

/// <summary>Adam's constants (arXiv 1412.6980).</summary>
/// <param name="Beta1">Decay of the first moment, 0 to 1.</param>
/// <param name="Beta2">Decay of the second moment, 0 to 1.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public sealed record AdamSettings(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8);
