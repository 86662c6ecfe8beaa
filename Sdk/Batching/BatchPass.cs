using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Steering.Decoding;

namespace Steering.Batching;

/// <summary>
/// The memory that passes read tokens from and write logits to, and the bindings over it: one for each number of rows that
/// decode together and one for each slot that is prefilled. A binding is made once and touched again only where a shape or
/// an address has changed.
/// </summary>
internal sealed class BatchPass : IDisposable
{
    private readonly BatchGraph _graph;
    private readonly KeyValueCache _cache;
    private readonly IReadOnlyList<BatchSite> _sites;
    private readonly int _vocabulary;
    private readonly RunOptions _options = new();
    private readonly NativeBuffer<long> _ids;
    private readonly NativeBuffer<long> _positions;
    private readonly NativeBuffer<byte> _logits;
    private readonly float[] _wide;
    private readonly BatchBinding?[] _decoding;
    private readonly BatchBinding?[] _prefilling;
    private NativeBuffer<long> _mask = new(0);

    /// <param name="graph">The graph.</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="slots">Number of slots.</param>
    /// <param name="positions">Most positions of a pass.</param>
    public BatchPass(BatchGraph graph, KeyValueCache cache, IReadOnlyList<BatchSite> sites, int slots, int positions)
    {
        (_graph, _cache, _sites, _vocabulary) = (graph, cache, sites, graph.Vocabulary);
        _ids = new NativeBuffer<long>(positions);
        _positions = new NativeBuffer<long>(positions);
        _logits = new NativeBuffer<byte>(checked(positions * _vocabulary * BatchGraph.Size(graph.LogitsType)));
        _wide = graph.LogitsType == TensorElementType.Float ? [] : new float[_vocabulary];
        (_decoding, _prefilling) = (new BatchBinding?[slots + 1], new BatchBinding?[slots]);
    }

    /// <summary>One token of each of the first rows.</summary>
    /// <param name="tokens">The tokens, one a row.</param>
    /// <param name="lengths">Tokens of each row that the cache holds already.</param>
    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        var rows = tokens.Length;
        var longest = 0;
        for (var row = 0; row < rows; row++)
        {
            (_ids.Span[row], _positions.Span[row]) = (tokens[row], lengths[row]);
            longest = Math.Max(longest, lengths[row] + 1);
        }

        var width = Width(longest, rows);
        for (var row = 0; row < rows; row++)
        {
            WriteMask(row, lengths[row] + 1, width);
        }

        var binding = _decoding[rows] ??= new BatchBinding(_graph, _cache, _sites, firstSlot: 0, rows);
        binding.Run(_options, Memory(1, width));
    }

    /// <summary>Some tokens of one slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="length">Tokens of the slot that the cache holds already.</param>
    public void Prefill(int slot, ReadOnlySpan<int> tokens, int length)
    {
        for (var index = 0; index < tokens.Length; index++)
        {
            (_ids.Span[index], _positions.Span[index]) = (tokens[index], length + index);
        }

        var width = Width(length + tokens.Length, rows: 1);
        WriteMask(0, length + tokens.Length, width);
        var binding = _prefilling[slot] ??= new BatchBinding(_graph, _cache, _sites, slot, rows: 1);
        binding.Run(_options, Memory(tokens.Length, width));
    }

    /// <summary>[V] logits of one position of the latest pass, counted over its batch; to be changed by the caller as it likes.</summary>
    public Span<float> Logits(int position)
    {
        if (_graph.LogitsType == TensorElementType.Float)
        {
            return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(_logits.Span).Slice(position * _vocabulary, _vocabulary);
        }

        var half = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(_logits.Span).Slice(position * _vocabulary, _vocabulary);
        System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(half, _wide);
        return _wide;
    }

    public void Dispose()
    {
        foreach (var binding in _decoding.Concat(_prefilling))
        {
            binding?.Dispose();
        }

        _options.Dispose();
        _ids.Dispose();
        _positions.Dispose();
        _logits.Dispose();
        _mask.Dispose();
    }

    // Widths are powers of two, so that the shape seldom changes; attention reads a row's own length from the sum of its mask.
    private int Width(int longest, int rows)
    {
        var width = (int)Math.Min(_cache.Capacity, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(longest, 64)));
        if (_mask.Length < rows * width)
        {
            _mask.Dispose();
            _mask = new NativeBuffer<long>(rows * width);
            MaskVersion++;
        }

        return width;
    }

    private int MaskVersion { get; set; } = 1;

    private void WriteMask(int row, int length, int width)
    {
        var mask = _mask.Span.Slice(row * width, width);
        mask[..length].Fill(1);
        mask[length..].Clear();
    }

    private PassMemory Memory(int tokens, int width) => new(tokens, width, MaskVersion, _ids.Address, _positions.Address, _mask.Address, _logits.Address);
}

/// <summary>Where a pass reads its tokens and writes its logits.</summary>
/// <param name="Tokens">Tokens of each row.</param>
/// <param name="MaskWidth">Width of the attention mask.</param>
/// <param name="MaskVersion">Changes when the mask has moved.</param>
/// <param name="Ids">Address of the token ids, i64 [rows, tokens].</param>
/// <param name="Positions">Address of their positions, i64 [rows, tokens].</param>
/// <param name="Mask">Address of the mask, i64 [rows, width].</param>
/// <param name="Logits">Address of the logits [rows, tokens, V].</param>
internal readonly record struct PassMemory(int Tokens, int MaskWidth, int MaskVersion, nint Ids, nint Positions, nint Mask, nint Logits);
