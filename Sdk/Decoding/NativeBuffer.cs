using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steering.Decoding;

/// <summary>
/// Native memory that a decoding loop reads between steps. The loop keeps the address it was bound with, so the memory
/// must neither move nor go away while the loop lives.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class NativeBuffer<T> : SafeHandleZeroOrMinusOneIsInvalid
    where T : unmanaged
{
    private const nuint Alignment = 64;

    public NativeBuffer(int length)
        : base(ownsHandle: true)
    {
        Length = length;
        // An empty tensor still needs a valid address.
        var bytes = (nuint)Math.Max(1, length) * (nuint)sizeof(T);
        SetHandle((nint)NativeMemory.AlignedAlloc(bytes, Alignment));
        NativeMemory.Clear((void*)handle, bytes);
    }

    public NativeBuffer(ReadOnlySpan<T> content)
        : this(content.Length) => content.CopyTo(Span);

    public int Length { get; }

    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    /// <inheritdoc cref="Address"/>
    public Span<T> Span => new((void*)Address, Length);

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
