using Steering.Tensors;
using Steering.Training.Kernels;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Optimisation;

/// <summary>Parameters and their moments in a checkpoint: <c>NAME</c>, <c>NAME.first</c> and <c>NAME.second</c>, each of the parameter's shape.</summary>
internal static class AdamCheckpoint
{
    /// <summary>Copies of everything, ready to be written.</summary>
    public static IEnumerable<TensorData> Tensors(IEnumerable<(string Name, Tensor Value)> parameters, IReadOnlyDictionary<string, AdamMoments> moments) =>
        Parts(parameters, moments).Select(part => TensorData.FromFloat32(part.Name, part.Shape, part.Span().ToArray()));

    /// <summary>Fills parameters and moments from a file.</summary>
    /// <exception cref="SteeringException">One of them is missing or of another shape.</exception>
    public static void Restore(SafetensorsFile file, IEnumerable<(string Name, Tensor Value)> parameters, IReadOnlyDictionary<string, AdamMoments> moments)
    {
        foreach (var (name, shape, span) in Parts(parameters, moments))
        {
            IReadOnlyList<long> found = file.Contains(name) ? file.Describe(name).Shape : [];
            if (!found.SequenceEqual(shape))
            {
                throw new SteeringException($"{file.Path}: '{name}' is [{string.Join(", ", found)}], expected [{string.Join(", ", shape)}]; the checkpoint is damaged.");
            }

            file.ReadFloat32(name).CopyTo(span());
        }
    }

    private static IEnumerable<(string Name, long[] Shape, SpanOf Span)> Parts(IEnumerable<(string Name, Tensor Value)> parameters, IReadOnlyDictionary<string, AdamMoments> moments)
    {
        foreach (var (name, tensor) in parameters)
        {
            var (own, shape) = (moments[name], tensor.shape);
            yield return (name, shape, () => Values(tensor));
            yield return (name + ".first", shape, () => own.FirstSpan);
            yield return (name + ".second", shape, () => own.SecondSpan);
        }
    }

    private static unsafe Span<float> Values(Tensor tensor) => new(TensorMemory.Pointer(tensor), checked((int)tensor.numel()));

    private delegate Span<float> SpanOf();
}
