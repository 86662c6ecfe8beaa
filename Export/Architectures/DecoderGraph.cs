using System.Globalization;
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
internal sealed partial class DecoderGraph
{
    private readonly CheckpointConfig _config;
    private readonly ICheckpoint _checkpoint;
    private readonly WeightEncoder _weights;
    private readonly GraphValue _inputIds;
    private readonly GraphValue _attentionMask;
    private GraphValue _residual;
    private GraphValue _update;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
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

    /// <summary>Names of the checkpoint's tensors that the graph was made of.</summary>
    public IReadOnlySet<string> ReadTensors => _read;

    /// <summary>What is added to every gain of a normalisation: 1 for families that store it less one.</summary>
    public float GainOffset { get; set; }

    /// <summary>The residual stream [batch, sequence, hidden] with every update added that a normalisation has read.</summary>
    public GraphValue Residual => _residual;

    /// <summary>Starts the residual stream from the token embedding.</summary>
    /// <param name="tensor">Name of the table [vocabulary, hidden], without <c>.weight</c>.</param>
    /// <param name="headTensor">Name of the head's matrix: some checkpoints store a tied table only under this name.</param>
    /// <param name="scale">Factor on the rows; 1 for none.</param>
    public void Embed(string tensor, string headTensor, float scale = 1)
    {
        if (_config.TiedEmbeddings && !Has(tensor + ".weight") && Has(headTensor + ".weight"))
        {
            tensor = headTensor;
        }

        var table = Matrix(tensor + ".weight");
        Require(table.Rows == _config.VocabularySize && table.Columns == _config.HiddenSize, $"'{tensor}' has the shape [{table.Rows}, {table.Columns}], but the configuration says [{_config.VocabularySize}, {_config.HiddenSize}].");
        (_residual, _tiedHead) = _weights.Embedding(_inputIds, table);
        if (scale != 1)
        {
            _residual = Graph.Add("Mul", "/model/embed_tokens/Mul", [_residual, Graph.Scalar(scale)]);
        }
    }

    /// <summary>A matrix of the checkpoint.</summary>
    public WeightMatrix Matrix(string tensor)
    {
        _read.Add(tensor);
        return WeightMatrix.Of(_checkpoint, tensor);
    }

    /// <summary>A vector of the checkpoint as fp32.</summary>
    public float[] Vector(string tensor)
    {
        _read.Add(tensor);
        var length = _checkpoint.Describe(tensor).Count;
        Require(length is > 0 and <= 1 << 24, $"'{tensor}' has {length} elements, too many for a vector.");
        var values = new float[length];
        _checkpoint.ReadFloat32(tensor, values);
        return values;
    }

    /// <summary>Whether the checkpoint has a tensor.</summary>
    public bool Has(string tensor) => _checkpoint.TensorNames.Contains(tensor, StringComparer.Ordinal);

    /// <summary>Adds learned positions to the residual stream.</summary>
    /// <param name="tensor">Name of the table [positions, hidden], without <c>.weight</c>.</param>
    public void AddLearnedPositions(string tensor)
    {
        var table = Graph.Weight("model.embed_positions.weight", DataType.Float, [_config.ContextLength, _config.HiddenSize], WeightEncoder.Elements(Matrix(tensor + ".weight")));
        var rows = Graph.Add("Gather", "/model/embed_positions/Gather", [table, Positions()], DataType.Float);
        _residual = Graph.Add("Add", "/model/embed_positions/Add", [_residual, rows]);
    }

    /// <summary>Leaves an update of the residual stream to the next normalisation, which adds it.</summary>
    public void AddToResidual(GraphValue update)
    {
        Require(_update.IsNone, "two updates of the residual stream follow each other without a normalisation between them.");
        _update = update;
    }

    /// <summary>Adds an update to the residual stream here, where no normalisation reads the sum next.</summary>
    public void AddToResidual(string path, GraphValue update) => _residual = Graph.Add("Add", path + "/Add", [_residual, update]);

    /// <summary>A value times a factor; the value itself for 1.</summary>
    public GraphValue Scale(string path, GraphValue x, float factor) => factor == 1 ? x : Graph.Add("Mul", path + "/Mul", [x, Graph.Scalar(factor)]);

    /// <summary>A matrix product with a layer's weight and, where the configuration says so, its bias.</summary>
    /// <param name="path">Node path.</param>
    /// <param name="x">[batch, sequence, in]</param>
    /// <param name="tensor">Name of the layer, without <c>.weight</c>.</param>
    /// <param name="bias">Whether it has a bias. The files do not decide: a bias may be left over, or be missing.</param>
    public GraphValue Linear(string path, GraphValue x, string tensor, bool bias) => Linear(path, x, Matrix(tensor + ".weight"), bias ? Vector(tensor + ".bias") : null);

    /// <summary>A matrix product.</summary>
    public GraphValue Linear(string path, GraphValue x, WeightMatrix weight, float[]? bias)
    {
        Require(bias is null || bias.Length == weight.Rows, $"the bias of {path} has {bias?.Length} elements for {weight.Rows} outputs.");
        return _weights.Linear(path, x, weight, bias);
    }

    /// <summary>
    /// Several layers that read one value: one wide product where that is faster, else one each.
    /// </summary>
    /// <returns>One value [batch, sequence, sum of outputs], or one for each layer.</returns>
    public GraphValue[] Linears(string stackedPath, GraphValue x, bool bias, params IReadOnlyList<(string Path, string Tensor)> layers)
    {
        WeightMatrix[] weights = [.. layers.Select(layer => Matrix(layer.Tensor + ".weight"))];
        if (!_weights.ShouldStack(weights))
        {
            return [.. layers.Select(layer => Linear(layer.Path, x, layer.Tensor, bias))];
        }

        return [Linear(stackedPath, x, WeightMatrix.Stack(weights), bias ? [.. layers.SelectMany(layer => Vector(layer.Tensor + ".bias"))] : null)];
    }

    /// <summary>Parts of a value along the last axis.</summary>
    public GraphValue[] Split(string path, GraphValue x, params ReadOnlySpan<long> sizes)
    {
        var node = path + "/Split";
        var outputs = new GraphValue[sizes.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new(string.Create(CultureInfo.InvariantCulture, $"{node}/output_{i}"), x.Type);
        }

        Graph.AddNode("Split", string.Empty, node, [x, Graph.Constant(sizes)], outputs, AttributeValue.Int("axis", -1));
        return outputs;
    }

    /// <summary>The activation function that the checkpoint names, as the nodes that ORT runs fastest.</summary>
    public GraphValue Activate(string path, GraphValue x) => _config.Activation switch
    {
        // ORT fuses the two nodes of SiLU to one.
        "silu" or "swish" => Graph.Add("Mul", path + "/Mul", [x, Graph.Add("Sigmoid", path + "/Sigmoid", [x])]),
        "gelu_pytorch_tanh" or "gelu_new" or "gelu_fast" => Graph.AddMicrosoft("FastGelu", path + "/FastGelu", [x]),
        "gelu" => Graph.AddMicrosoft("Gelu", path + "/Gelu", [x]),
        "relu" => Graph.Add("Relu", path + "/Relu", [x]),
        _ => throw new SteeringException($"{_checkpoint.Source}: the activation '{_config.Activation}' is not supported. Supported: silu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu."),
    };

    /// <summary>The gated feed-forward: down(act(gate(x)) · up(x)).</summary>
    public GraphValue GatedFeedForward(string tensors, string path, GraphValue x)
    {
        var both = Has(tensors + "gate_up_proj.weight")
            ? [Linear(path + "/gate_up_proj", x, tensors + "gate_up_proj", _config.MlpBias)]
            : Linears(path + "/gate_up_proj", x, _config.MlpBias, (path + "/gate_proj", tensors + "gate_proj"), (path + "/up_proj", tensors + "up_proj"));
        if (both.Length == 1)
        {
            both = Split(path + "/gate_up_proj", both[0], _config.IntermediateSize, _config.IntermediateSize);
        }

        var gated = Graph.Add("Mul", path + "/Mul", [Activate(path + "/act_fn", both[0]), both[1]]);
        return Linear(path + "/down_proj", gated, tensors + "down_proj", _config.MlpBias);
    }

    /// <summary>The logits of every position, from the normalised residual stream.</summary>
    /// <param name="x">[batch, sequence, hidden]</param>
    /// <param name="headTensor">Name of the head, without <c>.weight</c>; the embedding is used where the checkpoint ties them.</param>
    public void Logits(GraphValue x, string headTensor)
    {
        var tied = _config.TiedEmbeddings;
        Require(tied || Has(headTensor + ".weight"), $"the tensor '{headTensor}.weight' is missing, and tie_word_embeddings is false, so the embedding does not take its place. Take a checkpoint with its head; or, where the model was saved without it because the two are one, set tie_word_embeddings to true in config.json.");
        Require(!tied || _tiedHead is not null, "the head is tied to an embedding that was not written.");
        var values = tied ? _tiedHead!(x) : _weights.Head(x, Matrix(headTensor + ".weight"), bias: null);
        values = Scale("/lm_head/scaled", values, 1 / _config.LogitsDivisor);
        if (_config.FinalSoftcap is { } cap)
        {
            var scaled = Graph.Add("Div", "/lm_head/softcap/Div", [values, Graph.Scalar(cap)]);
            values = Graph.Add("Mul", "/lm_head/softcap/Mul", [Graph.Add("Tanh", "/lm_head/softcap/Tanh", [scaled]), Graph.Scalar(cap)]);
        }

        // The output's name is fixed: the last node writes it directly, and it is the first output.
        Graph.Output(Graph.Rename(values, "logits"), "batch_size", "sequence_length", _config.VocabularySize);
        var outputs = Graph.Model.Graph.Output;
        var logits = outputs[^1];
        outputs.RemoveAt(outputs.Count - 1);
        outputs.Insert(0, logits);
    }

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new SteeringException($"{_checkpoint.Source}: {message}");
        }
    }
}
