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
