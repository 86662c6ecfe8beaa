using System.Buffers;
using System.Runtime.InteropServices;

namespace Steering.IO;

/// <summary>Managed memory that stays where it is. Forgotten, the garbage collector lets go of it: a bare <see cref="MemoryHandle"/> would hold it for ever.</summary>
internal sealed unsafe class NativePin : SafeHandle
{
    private MemoryHandle _pinned;

    public NativePin(ReadOnlyMemory<float> memory)
        : base(0, ownsHandle: true)
    {
        _pinned = memory.Pin();
        SetHandle((nint)_pinned.Pointer);
    }

    /// <summary>Of the first element.</summary>
    /// <exception cref="ObjectDisposedException">It was let go of.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    // Empty memory has no address, and is let go of all the same.
    public override bool IsInvalid => false;

    protected override bool ReleaseHandle()
    {
        _pinned.Dispose();
        return true;
    }
}
