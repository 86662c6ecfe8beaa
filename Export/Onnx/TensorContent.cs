namespace Steering.Export.Onnx;

/// <summary>
/// The bytes of a large initialiser, produced when the file is written: a weight is read, converted and written one at
/// a time and never waits in memory.
/// </summary>
internal sealed class TensorContent
{
    private readonly Action<Stream> _write;

    /// <summary>Describes content of a known length.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <param name="write">Writes exactly that many bytes.</param>
    public TensorContent(long length, Action<Stream> write)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(write);
        Length = length;
        _write = write;
    }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Writes the bytes.</summary>
    public void WriteTo(Stream stream) => _write(stream);
}
