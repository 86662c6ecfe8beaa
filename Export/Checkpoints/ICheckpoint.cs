using Steering.Tensors;

namespace Steering.Export.Checkpoints;

/// <summary>
/// Named tensors of a model on disk, whatever the file format. Names are Hugging Face names
/// (<c>model.layers.0.self_attn.q_proj.weight</c>), shapes are [out, in], and every layout quirk of the format
/// (GGUF's permuted Q and K rows, reversed dimensions) is already undone.
/// </summary>
public interface ICheckpoint : IDisposable
{
    /// <summary>Path it was opened from.</summary>
    string Source { get; }

    /// <summary>The model's hyper-parameters, in the words of a Hugging Face <c>config.json</c>.</summary>
    CheckpointConfig Config { get; }

    /// <summary>Names of all tensors.</summary>
    IReadOnlyCollection<string> TensorNames { get; }

    /// <summary>Shape and storage type of a tensor.</summary>
    /// <exception cref="SteeringException">There is no such tensor; the message lists near names.</exception>
    CheckpointTensor Describe(string name);

    /// <summary>Reads a tensor as fp32, dequantised exactly as the format defines.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="destination">Receives the elements row-major; its length must be the element count.</param>
    void ReadFloat32(string name, Span<float> destination);

    /// <summary>
    /// The raw blocks of a quantised tensor, row-major [out, in / block], rows in Hugging Face order: for weights that
    /// are carried over without re-quantising.
    /// </summary>
    /// <returns>The bytes, or an empty memory when the tensor is not stored in blocks.</returns>
    ReadOnlyMemory<byte> ReadBlocks(string name);
}

/// <summary>A tensor's name, shape and storage.</summary>
/// <param name="Name">Hugging Face name.</param>
/// <param name="Shape">Row-major shape.</param>
/// <param name="Storage">How the elements are stored: a <see cref="TensorElementType"/> name or a GGUF block type such as <c>Q4_1</c>.</param>
public sealed record CheckpointTensor(string Name, IReadOnlyList<long> Shape, string Storage)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
