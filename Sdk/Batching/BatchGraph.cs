using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Steering.IO;
using Steering.Models;
using Steering.Sockets;

namespace Steering.Batching;

/// <summary>The graph of a model on plain ONNX Runtime, checked for what batching relies on.</summary>
internal sealed class BatchGraph : IDisposable
{
    private const string Attention = "GroupQueryAttention";

    private readonly SteerableModel _model;
    private readonly GraphSession _session;

    /// <exception cref="SteeringException">The graph cannot be batched; the message says why.</exception>
    public BatchGraph(SteerableModel model, int threads)
    {
        _model = model;
        var config = model.Config;
        (Names, BlockCount, KeyValueHeads, HeadSize) = (config.Names, config.BlockCount, config.KeyValueHeadCount, config.HeadSize);
        Vocabulary = model.VocabularySize;
        if (model.Options.Device != ExecutionDevice.Cpu)
        {
            throw new SteeringException($"{model.Folder} was loaded on {model.Options.Device}; BatchingDecoder decodes on the processor only. Load the model with ExecutionDevice.Cpu, or use GenAiDecoder.");
        }

        var path = Path.Combine(model.Folder, config.GraphFile);
        if (!Contains(path, Attention))
        {
            throw Refuse($"it has no {Attention} node, so rows of different lengths cannot share a pass");
        }

        if (Contains(path, GraphNames.RotaryByLength))
        {
            throw Refuse("its rotary scaling depends on the length of the sequence, and rows have lengths of their own");
        }

        _session = GraphSession.Open(path, config, ExecutionDevice.Cpu, threads);
        try
        {
            (CacheType, LogitsType) = Check();
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public InferenceSession Session => _session.Session;

    public GraphNames Names { get; }

    public int BlockCount { get; }

    public int KeyValueHeads { get; }

    public int HeadSize { get; }

    /// <summary>V.</summary>
    public int Vocabulary { get; }

    public TensorElementType CacheType { get; }

    public TensorElementType LogitsType { get; }

    /// <summary>The model folder.</summary>
    public string Folder => _model.Folder;

    public bool TakesPositions => Session.InputMetadata.ContainsKey(Names.PositionIds);

    /// <summary>Bytes of an element of a cache or of the logits.</summary>
    public static int Size(TensorElementType type) => type == TensorElementType.Float ? sizeof(float) : sizeof(ushort);

    public SteeringException Refuse(string reason) =>
        new($"{_model.Folder} cannot be decoded in a batch: {reason}. Import the checkpoint again with 'steer import', or use GenAiDecoder.");

    public void Dispose() => _session.Dispose();

    private (TensorElementType Cache, TensorElementType Logits) Check()
    {
        var known = new HashSet<string>(StringComparer.Ordinal) { Names.InputIds, Names.AttentionMask, Names.PositionIds };
        Require(Names.InputIds, TensorElementType.Int64);
        Require(Names.AttentionMask, TensorElementType.Int64);
        if (TakesPositions)
        {
            Require(Names.PositionIds, TensorElementType.Int64);
        }

        var cache = Input(GraphNames.Of(Names.PastKeys, 0)).ElementDataType;
        for (var block = 0; block < BlockCount; block++)
        {
            CheckCache(GraphNames.Of(Names.PastKeys, block), GraphNames.Of(Names.PresentKeys, block), cache, known);
            CheckCache(GraphNames.Of(Names.PastValues, block), GraphNames.Of(Names.PresentValues, block), cache, known);
        }

        foreach (var site in _model.Sites)
        {
            known.UnionWith(SocketLayout.Inputs(site.Name));
        }

        if (Session.InputMetadata.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw Refuse($"it takes the input '{unknown}', which batching does not know how to feed");
        }

        var logits = Session.OutputMetadata.TryGetValue(Names.Logits, out var output) ? output : throw Refuse($"it has no output '{Names.Logits}'");
        return logits.ElementDataType is TensorElementType.Float or TensorElementType.Float16
            ? (cache, logits.ElementDataType)
            : throw Refuse($"its logits are {logits.ElementDataType}; float or float16 was expected");
    }

    private void CheckCache(string past, string present, TensorElementType type, HashSet<string> known)
    {
        var input = Input(past);
        known.Add(past);
        var layout = string.Create(CultureInfo.InvariantCulture, $"[batch, {KeyValueHeads}, length, {HeadSize}]");
        if (input.ElementDataType != type || type is not (TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16))
        {
            throw Refuse($"its cache '{past}' holds {input.ElementDataType}; one of float, float16 and bfloat16 was expected in all blocks");
        }

        if (input.Dimensions is not [_, var heads, _, var width] || (heads > 0 && heads != KeyValueHeads) || (width > 0 && width != HeadSize))
        {
            throw Refuse($"its cache '{past}' has the shape [{string.Join(", ", input.Dimensions)}]; {layout} was expected");
        }

        if (!Session.OutputMetadata.ContainsKey(present))
        {
            throw Refuse($"it has no output '{present}'");
        }
    }

    private void Require(string name, TensorElementType type)
    {
        if (Input(name).ElementDataType != type)
        {
            throw Refuse($"its input '{name}' holds {Input(name).ElementDataType}; {type} was expected");
        }
    }

    private NodeMetadata Input(string name) =>
        Session.InputMetadata.TryGetValue(name, out var metadata) ? metadata : throw Refuse($"it has no input '{name}'");

    // The name of an operator stands in the file as it is, so no parser of the format is needed to know that one is there.
    private static bool Contains(string path, string text)
    {
        var wanted = Encoding.ASCII.GetBytes(text);
        var buffer = new byte[1 << 16];
        using var file = ReadableFile.Open(path);
        for (var kept = 0; file.Read(buffer, kept, buffer.Length - kept) is var read and > 0;)
        {
            var filled = buffer.AsSpan(0, kept + read);
            if (filled.IndexOf(wanted) >= 0)
            {
                return true;
            }

            kept = Math.Min(filled.Length, wanted.Length - 1);
            filled[^kept..].CopyTo(buffer);
        }

        return false;
    }
}
