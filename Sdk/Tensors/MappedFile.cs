using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Steering.IO;

namespace Steering.Tensors;

/// <summary>
/// A whole file mapped read-only into memory. Spans and memories taken from it must not be used after
/// <see cref="Dispose"/>; taking one after it throws. Disposing of it waits for the calls that read it, and what is pinned stays
/// mapped until it is let go of.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private readonly NativeLifetime _life;

    private MappedFile(string path, long length, MemoryMappedFile? file)
    {
        Path = path;
        Length = length;
        _life = new NativeLifetime(this, Unmap);
        _file = file;
        if (file is not null)
        {
            _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _start = start + _view.PointerOffset;
        }
    }

    public string Path { get; }

    public long Length { get; }

    public static MappedFile Open(string path)
    {
        var stream = ReadableFile.Open(path);
        var length = stream.Length;
        if (length == 0)
        {
            // An empty file cannot be mapped; the format's own reader says what is missing.
            stream.Dispose();
            return new MappedFile(path, 0, null);
        }

        try
        {
            var file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedFile(path, length, file);
        }
        catch (IOException failure)
        {
            stream.Dispose();
            throw new SteeringException($"{path} cannot be mapped into memory: {failure.Message}", failure);
        }
    }

    /// <summary>A part of the file; both numbers must already have been checked against <see cref="Length"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_life.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>A part of the file without a copy.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int length) => new Window(this, offset, length).Memory;

    /// <summary>Keeps the file mapped while something is read from it.</summary>
    public NativeCall Call() => _life.Call();

    public void Dispose() => _life.Close();

    private void Unmap()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }

    private sealed class Window(MappedFile file, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            var span = file.Span(offset, length);
            return new Span<byte>(Unsafe.AsPointer(ref MemoryMarshal.GetReference(span)), length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            // A mapping never moves, but it goes away.
            file._life.AddLease();
            return new MemoryHandle(file._start + offset + elementIndex, pinnable: this);
        }

        public override void Unpin() => file._life.EndLease();

        protected override void Dispose(bool disposing)
        {
            // The mapping belongs to the file.
        }
    }
}
