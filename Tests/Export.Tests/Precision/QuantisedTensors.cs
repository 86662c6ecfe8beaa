using Steering.Export.Checkpoints;
using Steering.Tensors;

namespace Steering.Tests.Export.Precision;

/// <summary>The quantised tensors of the oracle as a checkpoint: blocks from the GGUF file, numbers from the reference's own dequantisation.</summary>
internal sealed class QuantisedTensors : ICheckpoint
{
    private readonly GgufFile _blocks;
    private readonly SafetensorsFile _numbers;

    public QuantisedTensors()
    {
        Source = OracleFolder.Require("gguf-quants", "quants.gguf");
        _blocks = GgufFile.Open(Source);
        _numbers = SafetensorsFile.Open(OracleFolder.Require("gguf-quants", "dequantised.safetensors"));
    }

    public string Source { get; }

    public CheckpointConfig Config => throw new NotSupportedException("The oracle's tensors are no model.");

    public IReadOnlyCollection<string> TensorNames => _numbers.Names;

    public CheckpointTensor Describe(string name) => new(name, _blocks.Describe(name).Shape, _blocks.Describe(name).Type.ToString());

    public void ReadFloat32(string name, Span<float> destination) => _numbers.ReadFloat32(name, destination);

    public float[] ReadFloat32(string name) => _numbers.ReadFloat32(name);

    public ReadOnlyMemory<byte> ReadBlocks(string name) => _blocks.Describe(name).Type.ElementType() is null ? _blocks.Memory(name) : ReadOnlyMemory<byte>.Empty;

    public void Dispose()
    {
        _blocks.Dispose();
        _numbers.Dispose();
    }
}
