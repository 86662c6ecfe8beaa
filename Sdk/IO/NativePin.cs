using System.Buffers;

namespace Steering.IO;

/// <summary>Managed memory that stays where it is. Forgotten, the garbage collector lets go of it: a bare <see cref="MemoryHandle"/> would hold it for ever.</summary>
internal sealed unsafe class NativePin : IDisposable
{
    private MemoryHandle _handle;
    private bool _disposed;

    public NativePin(ReadOnlyMemory<float> memory) => _handle = memory.Pin();

    ~NativePin() => _handle.Dispose();

    /// <summary>Of the first element.</summary>
    /// <exception cref="ObjectDisposedException">It was let go of.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (nint)_handle.Pointer;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
