using Steering.Tensors;

namespace Steering.Export.Checkpoints;

/// <summary>A tensor's name, shape and storage.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Shape">Row-major shape.</param>
/// <param name="Storage">How the elements are stored: a <see cref="TensorElementType"/> name or a GGUF block type such as <c>Q4_1</c>.</param>
public sealed record CheckpointTensor(string Name, IReadOnlyList<long> Shape, string Storage)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
