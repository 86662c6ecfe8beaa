using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Steering.Models;

namespace Steering.Batching;

/// <summary>Inputs and outputs of a pass over neighbouring slots, bound ahead of it.</summary>
internal sealed class BatchBinding : IDisposable
{
    private readonly BatchGraph _graph;
    private readonly KeyValueCache _cache;
    private readonly IReadOnlyList<BatchSite> _sites;
    private readonly int _firstSlot;
    private readonly int _rows;
    private readonly OrtIoBinding _binding;
    private readonly int[] _siteVersions;
    private int _cacheVersion;
    private PassMemory _memory;

    public BatchBinding(BatchGraph graph, KeyValueCache cache, IReadOnlyList<BatchSite> sites, int firstSlot, int rows)
    {
        (_graph, _cache, _sites, _firstSlot, _rows) = (graph, cache, sites, firstSlot, rows);
        _binding = graph.Session.CreateIoBinding();
        _siteVersions = new int[sites.Count];
    }

    /// <summary>Runs the graph.</summary>
    /// <exception cref="SteeringException">ONNX Runtime cannot run it.</exception>
    public void Run(RunOptions options, in PassMemory memory)
    {
        try
        {
            Bind(memory);
            _graph.Session.RunWithBinding(options, _binding);
        }
        catch (OnnxRuntimeException exception)
        {
            throw NativeErrors.Run(_graph.Folder, exception);
        }
    }

    public void Dispose() => _binding.Dispose();

    private void Bind(in PassMemory memory)
    {
        if (_cacheVersion != _cache.Version)
        {
            _cache.Bind(_binding, _firstSlot, _rows);
            _cacheVersion = _cache.Version;
        }

        var reshaped = memory.Tokens != _memory.Tokens;
        if (memory != _memory)
        {
            BindTokens(memory, reshaped);
            _memory = memory;
        }

        for (var site = 0; site < _siteVersions.Length; site++)
        {
            if (reshaped || _siteVersions[site] != _sites[site].Version)
            {
                _sites[site].Bind(_binding, _firstSlot, _rows, memory.Tokens);
                _siteVersions[site] = _sites[site].Version;
            }
        }
    }

    private void BindTokens(in PassMemory memory, bool reshaped)
    {
        using var mask = NativeValues.Create(memory.Mask, [_rows, memory.MaskWidth], TensorElementType.Int64);
        _binding.BindInput(_graph.Names.AttentionMask, mask);
        if (!reshaped)
        {
            return;
        }

        using var ids = NativeValues.Create(memory.Ids, [_rows, memory.Tokens], TensorElementType.Int64);
        _binding.BindInput(_graph.Names.InputIds, ids);
        if (_graph.TakesPositions)
        {
            using var positions = NativeValues.Create(memory.Positions, [_rows, memory.Tokens], TensorElementType.Int64);
            _binding.BindInput(_graph.Names.PositionIds, positions);
        }

        using var logits = NativeValues.Create(memory.Logits, [_rows, memory.Tokens, _graph.Vocabulary], _graph.LogitsType);
        _binding.BindOutput(_graph.Names.Logits, logits);
    }
}
