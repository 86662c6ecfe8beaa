using System.Globalization;
using System.Runtime.InteropServices;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Models;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Architectures;

/// <content>Attention over the key/value cache, and positions.</content>
internal sealed partial class DecoderGraph
{
    /// <summary>Place of the sinks among the inputs of GroupQueryAttention.</summary>
    private const int HeadSinkInput = 11;

    private GraphValue _sequenceLengths;
    private GraphValue _totalLength;
    private GraphValue _totalPositions;
    private GraphValue _lastPositions;
    private GraphValue _positions;

    /// <summary>Rotary tables for the whole context.</summary>
    /// <param name="name">Suffix of the tables' names; empty when there is one pair.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="scaling">Scaling, or null.</param>
    /// <param name="divisors">What each frequency is divided by besides, or null.</param>
    public RotaryTables Rotary(string name, float theta, RopeScaling? scaling, IReadOnlyList<float>? divisors)
    {
        if (scaling is { DependsOnLength: true } && divisors is null)
        {
            return RotaryByLength(name, theta, scaling);
        }

        var rotated = _config.RotarySize;
        var frequencies = RotaryEmbedding.Frequencies(rotated, theta, scaling);
        for (var i = 0; divisors is not null && i < frequencies.Length; i++)
        {
            frequencies[i] /= divisors[i];
        }

        var (cosines, sines) = RotaryEmbedding.Tables(_config.ContextLength, frequencies, scaling?.AttentionFactor ?? 1);
        return new(Table("cos_cache", cosines), Table("sin_cache", sines));

        GraphValue Table(string kind, float[] values) =>
            Graph.Weight(kind + name, DataType.Float, [_config.ContextLength, rotated / 2], new TensorContent((long)values.Length * sizeof(float), stream => stream.Write(MemoryMarshal.AsBytes<float>(values))));
    }

    /// <summary>
    /// Tables for the positions so far, of a scaling whose frequencies follow from how many there are. Keys that are in the cache
    /// keep the rotation of the length at which they came, as in transformers.
    /// </summary>
    private RotaryTables RotaryByLength(string name, float theta, RopeScaling scaling)
    {
        ReformatMask();
        var path = "/model/" + GraphNames.RotaryByLength + name;
        var size = _config.RotarySize;
        var positions = Graph.Add("Range", path + "/Range", [Graph.Scalar(0L), _totalPositions, Graph.Scalar(1L)]);
        if (string.Equals(scaling.Type, "dynamic", StringComparison.Ordinal))
        {
            // NTK-aware interpolation: base' = base · (factor · L / original − (factor − 1))^(size / (size − 2)).
            var length = Graph.Add("Max", path + "/Max", [ToFloat("/total", _totalPositions), Graph.Scalar((float)scaling.OriginalContextLength)]);
            var stretched = Graph.Add("Sub", path + "/Sub", [Graph.Add("Mul", path + "/Mul", [length, Graph.Scalar(scaling.Factor / scaling.OriginalContextLength)]), Graph.Scalar(scaling.Factor - 1)]);
            var logarithm = Graph.Add("Add", path + "/Add", [Graph.Add("Mul", path + "/power/Mul", [Graph.Add("Log", path + "/Log", [stretched]), Graph.Scalar((float)(size / (size - 2.0)))]), Graph.Scalar((float)Math.Log(theta))]);
            var exponents = Graph.Small($"model.rotary{name}.exponents", Array.ConvertAll(Enumerable.Range(0, size / 2).ToArray(), i => (float)(-2.0 * i / size)), size / 2);
            var frequencies = Graph.Add("Exp", path + "/Exp", [Graph.Add("Mul", path + "/frequencies/Mul", [exponents, logarithm])]);
            var angles = Graph.Add("Mul", path + "/angles/Mul", [Graph.Add("Unsqueeze", path + "/Unsqueeze", [ToFloat("/positions", positions), Graph.Constant(1)]), frequencies]);
            return new(Graph.Add("Cos", path + "/Cos", [angles]), Graph.Add("Sin", path + "/Sin", [angles]));
        }

        var (shortCosines, shortSines) = RotaryEmbedding.Tables(_config.ContextLength, RotaryEmbedding.Frequencies(size, theta, scaling), scaling.AttentionFactor);
        var (longCosines, longSines) = RotaryEmbedding.Tables(_config.ContextLength, RotaryEmbedding.LongFrequencies(size, theta, scaling), scaling.AttentionFactor);
        var isLong = Graph.Add("Greater", path + "/Greater", [_totalPositions, Graph.Scalar((long)scaling.OriginalContextLength)], DataType.Bool);
        var offset = Graph.Add("Where", path + "/Where", [isLong, Graph.Scalar((long)_config.ContextLength), Graph.Scalar(0L)], DataType.Int64);
        var rows = Graph.Add("Add", path + "/rows/Add", [positions, offset]);
        return new(Rows("cos_cache", shortCosines, longCosines), Rows("sin_cache", shortSines, longSines));

        GraphValue ToFloat(string suffix, GraphValue value) => Graph.Add("Cast", path + suffix + "/Cast", [value], DataType.Float, AttributeValue.Int("to", (long)DataType.Float));

        GraphValue Rows(string kind, float[] first, float[] second)
        {
            var table = Graph.Weight(kind + name, DataType.Float, [2L * _config.ContextLength, size / 2], new TensorContent(2L * first.Length * sizeof(float), stream =>
            {
                stream.Write(MemoryMarshal.AsBytes<float>(first));
                stream.Write(MemoryMarshal.AsBytes<float>(second));
            }));
            return Graph.Add("Gather", $"{path}/{kind}/Gather", [table, rows]);
        }
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
        var rotaryInside = settings.Rotary is not null && RotatesInsideAttention;
        if (settings.Rotary is { } outside && !rotaryInside)
        {
            projections = RotateBeforeAttention(node, projections, outside);
        }

        var (query, key, value) = projections.Length == 1 ? (projections[0], default, default) : (projections[0], projections[1], projections[2]);
        List<GraphValue> inputs = [query, key, value, pastKey, pastValue, _sequenceLengths, _totalLength];
        if (rotaryInside)
        {
            inputs.AddRange([settings.Rotary!.Cosines, settings.Rotary.Sines]);
        }

        if (settings.Sinks is { } sinks)
        {
            Require(sinks.Length == _config.HeadCount, $"{node} has {sinks.Length} sinks for {_config.HeadCount} heads.");
            inputs.AddRange(Enumerable.Repeat(default(GraphValue), HeadSinkInput - inputs.Count));
            inputs.Add(Graph.Small($"model.layers.{number}.attn.sinks", sinks, sinks.Length));
        }

        List<AttributeValue> attributes =
        [
            AttributeValue.Int("num_heads", _config.HeadCount),
            AttributeValue.Int("kv_num_heads", _config.KeyValueHeadCount),
            AttributeValue.Float("scale", settings.Scale),
            AttributeValue.Int("do_rotary", rotaryInside ? 1 : 0),
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

    // GroupQueryAttention rotates parts of a head in steps of 16 elements only.
    private bool RotatesInsideAttention => _config.RotarySize % 16 == 0;

    /// <summary>The three sizes of queries, keys and values side by side.</summary>
    private long[] HeadWidths => [(long)_config.HeadCount * _config.HeadSize, (long)_config.KeyValueHeadCount * _config.HeadSize, (long)_config.KeyValueHeadCount * _config.HeadSize];

    /// <summary>Queries, keys and values in three values.</summary>
    public GraphValue[] Separate(string path, GraphValue[] projections) =>
        projections.Length == 1 ? Split(path, projections[0], HeadWidths) : projections;

    /// <summary>The 0-based position of every input token [batch, sequence], for models with learned positions.</summary>
    public GraphValue Positions()
    {
        ReformatMask();
        const string Path = "/model/positions";
        if (!_positions.IsNone)
        {
            return _positions;
        }

        var shape = Graph.Add("Shape", Path + "/Shape", [_inputIds], DataType.Int64);
        var length = Graph.Add("Gather", Path + "/Gather", [shape, Graph.Scalar(1L)], AttributeValue.Int("axis", 0));
        var range = Graph.Add("Range", Path + "/Range", [Graph.Scalar(0L), length, Graph.Scalar(1L)]);

        // Rows of a first call may be padded at the end: their last position then lies before the sequence's.
        var past = Graph.Add("Sub", Path + "/Sub", [_lastPositions, Graph.Add("Sub", Path + "/length/Sub", [length, Graph.Scalar(1L)])]);
        var first = Graph.Add("Max", Path + "/Max", [past, Graph.Scalar(0L)]);
        return _positions = Graph.Add("Add", Path + "/Add", [Graph.Add("Unsqueeze", Path + "/Unsqueeze", [first, Graph.Constant(1)]), range]);
    }

    private GraphValue[] RotateBeforeAttention(string node, GraphValue[] projections, RotaryTables rotary)
    {
        var parts = Separate(node + "/rotary", projections);
        return [Rotate("/q_rotary", parts[0], _config.HeadCount), Rotate("/k_rotary", parts[1], _config.KeyValueHeadCount), parts[2]];

        GraphValue Rotate(string name, GraphValue x, int heads) =>
            Graph.AddMicrosoft("RotaryEmbedding", node + name, [x, Positions(), rotary.Cosines, rotary.Sines],
                AttributeValue.Int("interleaved", 0), AttributeValue.Int("num_heads", heads), AttributeValue.Int("rotary_embedding_dim", _config.RotarySize));
    }

    private void ReformatMask()
    {
        if (!_sequenceLengths.IsNone)
        {
            return;
        }

        const string Path = "/model/attn_mask_reformat/attn_mask_subgraph";
        var sum = Graph.Add("ReduceSum", Path + "/ReduceSum", [_attentionMask, Graph.Constant(1)], AttributeValue.Int("keepdims", 0));
        _lastPositions = Graph.Add("Sub", Path + "/Sub", [sum, Graph.Scalar(1L)]);
        _sequenceLengths = Graph.Add("Cast", Path + "/Sub/Cast", [_lastPositions], DataType.Int32, AttributeValue.Int("to", (long)DataType.Int32));
        var shape = Graph.Add("Shape", Path + "/Shape", [_attentionMask], DataType.Int64);
        _totalPositions = Graph.Add("Gather", Path + "/Gather", [shape, Graph.Scalar(1L)], AttributeValue.Int("axis", 0));
        _totalLength = Graph.Add("Cast", Path + "/Gather/Cast", [_totalPositions], DataType.Int32, AttributeValue.Int("to", (long)DataType.Int32));
    }
}

/// <summary>What differs between the attentions of one decoder's blocks.</summary>
/// <param name="Scale">Factor on the products of queries and keys.</param>
internal sealed record AttentionSettings(float Scale)
{
    /// <summary>Tables of rotary positions in the graph, or null when positions are not rotated into the heads.</summary>
    public RotaryTables? Rotary { get; init; }

    /// <summary>Number of positions, itself included, that a token sees; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>One more column of each head's softmax, which takes a share and gives nothing; null for none.</summary>
    public float[]? Sinks { get; init; }

    /// <summary>Attention scores are squashed to ± this by tanh; null for none.</summary>
    public float? Softcap { get; init; }
}
