using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Steering.Batching;

/// <summary>Tensors on native memory that stays where it is.</summary>
internal static class NativeValues
{
    /// <summary>A tensor on memory that the caller keeps; a binding holds on to it after the value is disposed.</summary>
    public static OrtValue Create(nint address, long[] shape, TensorElementType type)
    {
        long count = 1;
        foreach (var size in shape)
        {
            count *= size;
        }

        var bytes = type == TensorElementType.Int64 ? sizeof(long) : BatchGraph.Size(type);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, address, count * bytes);
    }
}
