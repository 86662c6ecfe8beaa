using System.Globalization;
using System.Runtime.InteropServices;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Architectures;

/// <summary>
/// The shared parts of a decoder's graph, in the shape and with the names that Microsoft's model builder gives them for
/// ONNX Runtime GenAI. An architecture calls them in order; the residual stream is kept here.
/// </summary>
/// <remarks>
/// Inputs: <c>input_ids</c> i64 [batch, sequence], <c>attention_mask</c> i64 [batch, total],
/// <c>past_key_values.N.key/value</c> [batch, kv heads, past, head]. Outputs: <c>logits</c> [batch, sequence, vocabulary]
/// and <c>present.N.key/value</c>. The residual stream after block N is the fourth output of the next skip normalisation.
/// </remarks>
internal sealed class DecoderGraph
{
    private readonly CheckpointConfig _config;
    private readonly ICheckpoint _checkpoint;
    private readonly WeightEncoder _weights;
    private readonly GraphValue _inputIds;
    private readonly GraphValue _attentionMask;
    private GraphValue _sequenceLengths;
    private GraphValue _totalLength;
    private GraphValue _residual;
    private GraphValue _update;
    private Func<GraphValue, GraphValue>? _tiedHead;

    internal DecoderGraph(ICheckpoint checkpoint, WeightPrecision precision, bool exact)
    {
        _checkpoint = checkpoint;
        _config = checkpoint.Config;
        Graph = new GraphBuilder("main_graph");
        _weights = WeightEncoder.Create(Graph, precision, exact);
        _inputIds = Graph.Input("input_ids", DataType.Int64, "batch_size", "sequence_length");
        _attentionMask = Graph.Input("attention_mask", DataType.Int64, "batch_size", "total_sequence_length");
    }

    /// <summary>The graph being written, for what has no shared part.</summary>
    public GraphBuilder Graph { get; }

    /// <summary>The residual stream [batch, sequence, hidden] with every update added that a normalisation has read.</summary>
    public GraphValue Residual => _residual;

    /// <summary>Starts the residual stream from the token embedding.</summary>
    /// <param name="tensor">Name of the table [vocabulary, hidden].</param>
    /// <param name="headTensor">Name of the head's matrix: some checkpoints store a tied table only under this name.</param>
    /// <param name="scale">Factor on the rows; 1 for none.</param>
    public void Embed(string tensor, string headTensor, float scale = 1)
    {
        if (_config.TiedEmbeddings && !Has(tensor) && Has(headTensor))
        {
            tensor = headTensor;
        }

        var table = Matrix(tensor);
        Require(table.Rows == _config.VocabularySize && table.Columns == _config.HiddenSize, $"'{tensor}' has the shape [{table.Rows}, {table.Columns}], but the configuration says [{_config.VocabularySize}, {_config.HiddenSize}].");
        (_residual, _tiedHead) = _weights.Embedding(_inputIds, table);
        if (scale != 1)
        {
            _residual = Graph.Add("Mul", "/model/embed_tokens/Mul", [_residual, Graph.Scalar(scale)]);
        }
    }

    /// <summary>A matrix of the checkpoint.</summary>
    public WeightMatrix Matrix(string tensor) => WeightMatrix.Of(_checkpoint, tensor);

    /// <summary>A vector of the checkpoint as fp32.</summary>
    public float[] Vector(string tensor)
    {
        var length = _checkpoint.Describe(tensor).Count;
        Require(length is > 0 and <= 1 << 24, $"'{tensor}' has {length} elements, too many for a vector.");
        var values = new float[length];
        _checkpoint.ReadFloat32(tensor, values);
        return values;
    }

    /// <summary>A vector of the checkpoint, or null when it has none of that name.</summary>
    public float[]? VectorOrNull(string tensor) => Has(tensor) ? Vector(tensor) : null;

    /// <summary>Whether the checkpoint has a tensor.</summary>
    public bool Has(string tensor) => _checkpoint.TensorNames.Contains(tensor, StringComparer.Ordinal);

    /// <summary>Root-mean-square normalisation of the residual stream, after adding the pending update to it.</summary>
    /// <param name="path">Node path: <c>/model/layers.0/input_layernorm</c>.</param>
    /// <param name="weight">Gain [hidden].</param>
    /// <returns>The normalised stream; <see cref="Residual"/> is the sum.</returns>
    public GraphValue RootMeanSquareNorm(string path, float[] weight)
    {
        var gain = Gain(path, weight);
        if (_update.IsNone)
        {
            return RootMeanSquareNorm(path, _residual, gain);
        }

        var node = path + "/SkipLayerNorm";
        var output = new GraphValue(node + "/output_0", DataType.Float);
        var sum = new GraphValue(node + "/output_3", DataType.Float);
        Graph.AddNode("SkipSimplifiedLayerNormalization", GraphBuilder.Microsoft, node, [_residual, _update, gain], [output, default, default, sum], AttributeValue.Float("epsilon", _config.NormEpsilon));
        (_residual, _update) = (sum, default);
        return output;
    }

    /// <summary>Root-mean-square normalisation along the last axis of any value.</summary>
    public GraphValue RootMeanSquareNorm(string path, GraphValue x, float[] weight) => RootMeanSquareNorm(path, x, Gain(path, weight));

    /// <summary>Leaves an update of the residual stream to the next normalisation, which adds it.</summary>
    public void AddToResidual(GraphValue update)
    {
        Require(_update.IsNone, "two updates of the residual stream follow each other without a normalisation between them.");
        _update = update;
    }

    /// <summary>A matrix product with the matrices of one or more tensors under one another.</summary>
    public GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias = null)
    {
        Require(bias is null || bias.Length == weight.Rows, $"the bias of {path} has {bias?.Length} elements for {weight.Rows} outputs.");
        return _weights.Linear(path, x, weight, bias);
    }

    /// <summary>
    /// Several products of one vector: one wide product where storage allows it (fewer nodes, one pass over the input),
    /// else one each.
    /// </summary>
    /// <returns>One value [batch, sequence, sum of outputs], or one for each part.</returns>
    public GraphValue[] Linears(string stackedPath, GraphValue x, params IReadOnlyList<(string Path, WeightMatrix Weight, float[]? Bias)> parts)
    {
        WeightMatrix[] weights = [.. parts.Select(part => part.Weight)];
        if (!_weights.CanStack(weights))
        {
            return [.. parts.Select(part => Linear(part.Path, x, part.Weight, part.Bias))];
        }

        var bias = parts.All(part => part.Bias is null) ? null : parts.SelectMany(part => part.Bias ?? new float[part.Weight.Rows]).ToArray();
        return [Linear(stackedPath, x, WeightMatrix.Stack(weights), bias)];
    }

    /// <summary>Rotary tables for the whole context.</summary>
    /// <param name="name">Suffix of the tables' names; empty when there is one pair.</param>
    /// <param name="rotated">Rotated elements of a head.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="scaling">Scaling, or null.</param>
    public RotaryTables Rotary(string name, int rotated, float theta, RopeScaling? scaling)
    {
        var (cosines, sines) = RotaryEmbedding.Tables(_config.ContextLength, RotaryEmbedding.Frequencies(rotated, theta, scaling));
        return new(Table("cos_cache", cosines), Table("sin_cache", sines));

        GraphValue Table(string kind, float[] values) =>
            Graph.Weight(kind + name, DataType.Float, [_config.ContextLength, rotated / 2], new TensorContent((long)values.Length * sizeof(float), stream => stream.Write(MemoryMarshal.AsBytes<float>(values))));
    }

    /// <summary>Grouped-query attention of one block over its key/value cache.</summary>
    /// <param name="block">0-based block.</param>
    /// <param name="projections">Queries, keys and values side by side in one value, or in three.</param>
    /// <param name="settings">Scale, positions, window.</param>
    /// <returns>[batch, sequence, heads × head]</returns>
    public GraphValue Attention(int block, GraphValue[] projections, AttentionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(projections);
        ArgumentNullException.ThrowIfNull(settings);
        ReformatMask();
        var number = block.ToString(CultureInfo.InvariantCulture);
        GraphDimension[] past = ["batch_size", _config.KeyValueHeadCount, "past_sequence_length", _config.HeadSize];
        GraphDimension[] present = ["batch_size", _config.KeyValueHeadCount, "total_sequence_length", _config.HeadSize];
        var pastKey = Graph.Input($"past_key_values.{number}.key", DataType.Float, past);
        var pastValue = Graph.Input($"past_key_values.{number}.value", DataType.Float, past);
        var node = $"/model/layers.{number}/attn/GroupQueryAttention";
        var output = new GraphValue(node + "/output_0", DataType.Float);
        var presentKey = new GraphValue($"present.{number}.key", DataType.Float);
        var presentValue = new GraphValue($"present.{number}.value", DataType.Float);
        var (query, key, value) = projections.Length == 1 ? (projections[0], default, default) : (projections[0], projections[1], projections[2]);
        List<GraphValue> inputs = [query, key, value, pastKey, pastValue, _sequenceLengths, _totalLength];
        if (settings.Rotary is { } rotary)
        {
            inputs.AddRange([rotary.Cosines, rotary.Sines]);
        }

        List<AttributeValue> attributes =
        [
            AttributeValue.Int("num_heads", _config.HeadCount),
            AttributeValue.Int("kv_num_heads", _config.KeyValueHeadCount),
            AttributeValue.Float("scale", settings.Scale),
            AttributeValue.Int("do_rotary", settings.Rotary is null ? 0 : 1),
            AttributeValue.Int("rotary_interleaved", 0),
            AttributeValue.Int("local_window_size", settings.Window ?? -1),
        ];
        if (settings.Softcap is { } softcap)
        {
            attributes.Add(AttributeValue.Float("softcap", softcap));
        }

        Graph.AddNode("GroupQueryAttention", GraphBuilder.Microsoft, node, CollectionsMarshal.AsSpan(inputs), [output, presentKey, presentValue], CollectionsMarshal.AsSpan(attributes));
        Graph.Output(presentKey, present);
        Graph.Output(presentValue, present);
        return output;
    }

    /// <summary>The first and the second half along the last axis.</summary>
    public (GraphValue First, GraphValue Second) SplitInTwo(string path, GraphValue x)
    {
        var node = path + "/Split";
        var first = new GraphValue(node + "/output_0", x.Type);
        var second = new GraphValue(node + "/output_1", x.Type);
        Graph.AddNode("Split", string.Empty, node, [x], [first, second], AttributeValue.Int("axis", -1), AttributeValue.Int("num_outputs", 2));
        return (first, second);
    }

    /// <summary>x · sigmoid(x), which ORT fuses to one node.</summary>
    public GraphValue Silu(string path, GraphValue x) =>
        Graph.Add("Mul", path + "/Mul", [x, Graph.Add("Sigmoid", path + "/Sigmoid", [x])]);

    /// <summary>The logits of every position, from the normalised residual stream.</summary>
    /// <param name="x">[batch, sequence, hidden]</param>
    /// <param name="headTensor">Name of the head's matrix; the embedding is used where the checkpoint ties them.</param>
    public void Logits(GraphValue x, string headTensor)
    {
        var tied = _config.TiedEmbeddings || !Has(headTensor);
        Require(!tied || _tiedHead is not null, "the head is tied to an embedding that was not written.");
        Logits(tied ? _tiedHead!(x) : _weights.Head(x, Matrix(headTensor), bias: null));
    }

    private void Logits(GraphValue values)
    {
        // The output's name is fixed: the last node writes it directly, and it is the first output.
        Graph.Output(Graph.Rename(values, "logits"), "batch_size", "sequence_length", _config.VocabularySize);
        var outputs = Graph.Model.Graph.Output;
        var logits = outputs[^1];
        outputs.RemoveAt(outputs.Count - 1);
        outputs.Insert(0, logits);
    }

    private GraphValue Gain(string path, float[] weight)
    {
        var name = path.TrimStart('/').Replace('/', '.') + ".weight";
        return Graph.Small(name, weight, weight.Length);
    }

    private GraphValue RootMeanSquareNorm(string path, GraphValue x, GraphValue gain) =>
        Graph.Add("SimplifiedLayerNormalization", path + "/LayerNorm", [x, gain], AttributeValue.Int("axis", -1), AttributeValue.Float("epsilon", _config.NormEpsilon), AttributeValue.Int("stash_type", 1));

    private void ReformatMask()
    {
        if (!_sequenceLengths.IsNone)
        {
            return;
        }

        const string Path = "/model/attn_mask_reformat/attn_mask_subgraph";
        var sum = Graph.Add("ReduceSum", Path + "/ReduceSum", [_attentionMask, Graph.Constant(1)], AttributeValue.Int("keepdims", 0));
        var last = Graph.Add("Sub", Path + "/Sub", [sum, Graph.Scalar(1L)]);
        _sequenceLengths = Graph.Add("Cast", Path + "/Sub/Cast", [last], DataType.Int32, AttributeValue.Int("to", (long)DataType.Int32));
        var shape = Graph.Add("Shape", Path + "/Shape", [_attentionMask], DataType.Int64);
        var total = Graph.Add("Gather", Path + "/Gather", [shape, Graph.Scalar(1L)], AttributeValue.Int("axis", 0));
        _totalLength = Graph.Add("Cast", Path + "/Gather/Cast", [total], DataType.Int32, AttributeValue.Int("to", (long)DataType.Int32));
    }

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new SteeringException($"{_checkpoint.Source}: {message}");
        }
    }
}
