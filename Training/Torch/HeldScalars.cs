using TorchSharp;
using static TorchSharp.torch;

namespace Steering.Training.Torch;

/// <summary>
/// Numbers for calls into libtorch that live as long as the program. TorchSharp makes a native scalar of a number for one call and
/// lets go of it while the call still reads it, so a garbage collection in that moment ends in an assertion of libtorch;
/// <c>square()</c> makes one too.
/// </summary>
internal static class HeldScalars
{
    public static Scalar Zero { get; } = 0;

    public static Scalar One { get; } = 1;

    /// <summary>1e-12: a norm to divide by is at least that.</summary>
    public static Scalar Tiny { get; } = 1e-12;

    public static Scalar PositiveInfinity { get; } = float.PositiveInfinity;

    public static Scalar NegativeInfinity { get; } = float.NegativeInfinity;

    /// <summary>x², element by element: the bits of <c>square()</c>, forwards and backwards.</summary>
    public static Tensor Squared(this Tensor x) => x * x;
}
