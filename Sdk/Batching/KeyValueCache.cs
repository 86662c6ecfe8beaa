using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// Keys and values of every block, [slots, heads, capacity, head] in native memory: one slot a conversation. Pages that
/// no token has reached cost address space only. Attention reads and writes it in place.
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    private const int SmallestCapacity = 256;

    private readonly BatchGraph _graph;
    private readonly int _slots;
    private readonly int _limit;
    private readonly (string Past, string Present)[] _names;
    private nint[] _buffers;

    /// <param name="graph">The graph.</param>
    /// <param name="slots">Number of slots.</param>
    /// <param name="limit">Largest capacity: the most tokens of a conversation.</param>
    public KeyValueCache(BatchGraph graph, int slots, int limit)
    {
        (_graph, _slots, _limit) = (graph, slots, limit);
        _names =
        [
            .. Enumerable.Range(0, graph.BlockCount).SelectMany(block => new[]
            {
                (GraphNames.Of(graph.Names.PastKeys, block), GraphNames.Of(graph.Names.PresentKeys, block)),
                (GraphNames.Of(graph.Names.PastValues, block), GraphNames.Of(graph.Names.PresentValues, block)),
            }),
        ];
        Capacity = Math.Min(limit, SmallestCapacity);
        _buffers = Allocate(Capacity);
    }

    /// <summary>Tokens that a slot has room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Changes when the memory has moved.</summary>
    public int Version { get; private set; } = 1;

    private nuint RowBytes => (nuint)_graph.HeadSize * (nuint)BatchGraph.Size(_graph.CacheType);

    private nuint HeadBytes => RowBytes * (nuint)Capacity;

    private nuint SlotBytes => HeadBytes * (nuint)_graph.KeyValueHeads;

    /// <summary>Makes room for conversations of that many tokens.</summary>
    /// <param name="tokens">At most the limit.</param>
    /// <param name="used">Tokens in use of each slot; they are kept.</param>
    public void Grow(int tokens, ReadOnlySpan<int> used)
    {
        if (tokens <= Capacity)
        {
            return;
        }

        var capacity = Capacity;
        while (capacity < tokens)
        {
            capacity = (int)Math.Min(_limit, capacity * 2L);
        }

        var (old, oldHead) = (_buffers, HeadBytes);
        var fresh = Allocate(capacity);
        (_buffers, Capacity) = (fresh, capacity);
        Version++;
        for (var buffer = 0; buffer < old.Length; buffer++)
        {
            for (var slot = 0; slot < _slots; slot++)
            {
                for (var head = 0; head < _graph.KeyValueHeads; head++)
                {
                    var index = (nuint)((slot * _graph.KeyValueHeads) + head);
                    NativeMemory.Copy((byte*)old[buffer] + (index * oldHead), (byte*)_buffers[buffer] + (index * HeadBytes), RowBytes * (nuint)used[slot]);
                }
            }
        }

        Free(old);
    }

    /// <summary>Copies the first tokens of a slot to another.</summary>
    public void Copy(int from, int to, int tokens)
    {
        foreach (var buffer in _buffers)
        {
            for (var head = 0; head < _graph.KeyValueHeads; head++)
            {
                NativeMemory.Copy(Head(buffer, from, head), Head(buffer, to, head), RowBytes * (nuint)tokens);
            }
        }
    }

    /// <summary>Exchanges the first tokens of two slots.</summary>
    public void Swap(int left, int right, int tokens)
    {
        var strip = NativeMemory.Alloc(RowBytes * (nuint)tokens);
        foreach (var buffer in _buffers)
        {
            for (var head = 0; head < _graph.KeyValueHeads; head++)
            {
                var bytes = RowBytes * (nuint)tokens;
                NativeMemory.Copy(Head(buffer, left, head), strip, bytes);
                NativeMemory.Copy(Head(buffer, right, head), Head(buffer, left, head), bytes);
                NativeMemory.Copy(strip, Head(buffer, right, head), bytes);
            }
        }

        NativeMemory.Free(strip);
    }

    /// <summary>Binds the slots from the first on as past and present.</summary>
    public void Bind(OrtIoBinding binding, int firstSlot, int rows)
    {
        long[] shape = [rows, _graph.KeyValueHeads, Capacity, _graph.HeadSize];
        for (var buffer = 0; buffer < _buffers.Length; buffer++)
        {
            using var value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, _graph.CacheType, shape, (nint)Head(_buffers[buffer], firstSlot, 0), checked((long)(SlotBytes * (nuint)rows)));
            binding.BindInput(_names[buffer].Past, value);
            binding.BindOutput(_names[buffer].Present, value);
        }
    }

    public void Dispose()
    {
        Free(_buffers);
        _buffers = [];
    }

    private byte* Head(nint buffer, int slot, int head) => (byte*)buffer + (SlotBytes * (nuint)slot) + (HeadBytes * (nuint)head);

    private nint[] Allocate(int capacity)
    {
        var bytes = checked((nuint)_slots * (nuint)_graph.KeyValueHeads * (nuint)capacity * RowBytes);
        var buffers = new nint[_names.Length];
        try
        {
            for (var buffer = 0; buffer < buffers.Length; buffer++)
            {
                buffers[buffer] = (nint)NativeMemory.AllocZeroed(bytes);
            }

            return buffers;
        }
        catch (OutOfMemoryException exception)
        {
            Free(buffers);
            throw new SteeringException($"There is no memory for {_slots} conversations of {capacity} tokens. Lower BatchingDecoderOptions.Slots or MaxTokens.", exception);
        }
    }

    private static void Free(nint[] buffers)
    {
        foreach (var buffer in buffers)
        {
            NativeMemory.Free((void*)buffer);
        }
    }
}
