using TorchSharp;
using static TorchSharp.torch;

namespace Steering.Training.Kernels;

/// <summary>The memory of a tensor, for kernels of our own. The tensor must outlive the pointer.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>First element of a contiguous fp32 tensor on the processor.</summary>
    public static float* Pointer(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException($"A contiguous fp32 tensor on the processor is needed, given {tensor.dtype} on {tensor.device}.", nameof(tensor));
        }

        // The span of a whole tensor ends at 2 GiB; the pointer of its first element does not.
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* start = first.bytes)
        {
            return (float*)start;
        }
    }
}
