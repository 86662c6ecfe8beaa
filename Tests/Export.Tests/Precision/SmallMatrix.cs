using Steering.Export.Checkpoints;

namespace Steering.Tests.Export.Precision;

/// <summary>One fp32 matrix with numbers from a closed form.</summary>
internal sealed class SmallMatrix(int rows, int columns) : ICheckpoint
{
    public float[] Values { get; } = [.. Enumerable.Range(0, rows * columns).Select(i => ((i * 2654435761L % 1009) / 504f) - 1)];

    public string Source => "a closed form";

    public CheckpointConfig Config => throw new NotSupportedException("One matrix is no model.");

    public IReadOnlyCollection<string> TensorNames => ["matrix"];

    public CheckpointTensor Describe(string name) => new(name, [rows, columns], "Float32");

    public void ReadFloat32(string name, Span<float> destination) => Values.CopyTo(destination);

    public ReadOnlyMemory<byte> ReadBlocks(string name) => ReadOnlyMemory<byte>.Empty;

    public void Dispose()
    {
    }
}
