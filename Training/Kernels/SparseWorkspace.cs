using System.Numerics.Tensors;
using Steering.Decoding;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Kernels;

/// <summary>What one thread of a sparse step writes into: pre-activations of a block of tokens, and room to select from them.</summary>
internal sealed unsafe class SparseWorkspace : IDisposable
{
    private readonly float* _preActivations;
    private readonly NativeBuffer<float> _scratch;
    private readonly NativeBuffer<int> _indices;
    private readonly NativeBuffer<float> _values;
    private readonly NativeBuffer<float> _gathered;

    public SparseWorkspace(int rows, int latents)
    {
        using (TorchSharp.torch.NewDisposeScope())
        {
            PreActivations = TorchSharp.torch.zeros([rows, latents], TorchSharp.torch.ScalarType.Float32).DetachFromDisposeScope();
        }

        _preActivations = TensorMemory.Pointer(PreActivations);
        _scratch = new NativeBuffer<float>(RankSelect.ScratchSize(latents));
        _indices = new NativeBuffer<int>(latents);
        _values = new NativeBuffer<float>(latents);
        _gathered = new NativeBuffer<float>(latents);
    }

    /// <summary>[rows, D].</summary>
    public Tensor PreActivations { get; }

    /// <summary><see cref="RankSelect.ScratchSize"/> floats.</summary>
    public float* Scratch => (float*)_scratch.Address;

    /// <summary>[D].</summary>
    public int* Indices => (int*)_indices.Address;

    /// <summary>[D].</summary>
    public float* Values => (float*)_values.Address;

    /// <summary>[D] for a choice of latents, or for magnitudes.</summary>
    public float* Gathered => (float*)_gathered.Address;

    /// <summary>Pre-activations of a token of the block.</summary>
    public float* Row(int token, int latents) => _preActivations + ((nint)token * latents);

    /// <summary>|row|, in <see cref="Gathered"/>.</summary>
    public float* Magnitudes(float* row, int latents)
    {
        TensorPrimitives.Abs(new ReadOnlySpan<float>(row, latents), new Span<float>(Gathered, latents));
        return Gathered;
    }

    public void Dispose()
    {
        PreActivations.Dispose();
        _scratch.Dispose();
        _indices.Dispose();
        _values.Dispose();
        _gathered.Dispose();
    }
}
