using Steering.Export.Onnx;
using Steering.Saes;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Saes;

/// <summary>
/// The parts that exported graphs share. Everything is the folded form of <see cref="SparseAutoencoder"/>:
/// z = norm(x)·W_encᵀ + b, x̂ = scale·(a·W_dec + b_out) + mean, with tokens as rows [batch·sequence, d] in between.
/// </summary>
internal sealed class SaeGraph
{
    /// <summary>Version of the ONNX operator set: old enough for every runtime still in use.</summary>
    public const int Opset = 17;

    private GraphValue _leading;
    private GraphValue _shape;

    public SaeGraph(SparseAutoencoder sae, SaeOnnxOptions options, string name)
    {
        (Sae, Options) = (sae, options);
        Builder = new GraphBuilder(name, Opset, runtimeOperators: false);
    }

    public SparseAutoencoder Sae { get; }

    public SaeOnnxOptions Options { get; }

    public GraphBuilder Builder { get; }

    /// <summary>Whether latents compete by rank (TopK and AbsTopK).</summary>
    public bool Ranked => Sae.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;

    /// <summary>Whether activations are values and indices [batch, sequence, k].</summary>
    public bool Sparse => Ranked && !Options.Dense;

    /// <summary>i64 [2]: batch and sequence of the inputs.</summary>
    public GraphValue Leading => _shape.IsNone
        ? _shape = Builder.Add("Shape", "/leading", [_leading], DataType.Int64, AttributeValue.Int("start", 0), AttributeValue.Int("end", 2))
        : _shape;

    /// <summary>Declares an input [batch, sequence, last].</summary>
    public GraphValue Input(string name, DataType type, GraphDimension last)
    {
        var value = Builder.Input(name, type, "batch", "sequence", last);
        _leading = _leading.IsNone ? value : _leading;
        return value;
    }

    /// <summary>[batch, sequence, n] → [batch·sequence, n].</summary>
    public GraphValue Rows(string name, GraphValue value, int width) => Builder.Add("Reshape", name, [value, Builder.Constant(-1, width)]);

    /// <summary>[batch·sequence, n] → [batch, sequence, n].</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="rows">The value.</param>
    /// <param name="width">i64 [1]: n.</param>
    public GraphValue Sequences(string name, GraphValue rows, GraphValue width)
    {
        var shape = Builder.Add("Concat", name + "/shape", [Leading, width], AttributeValue.Int("axis", 0));

        // A dimension of 0 is 0, not the value's own.
        return Builder.Add("Reshape", name, [rows, shape], AttributeValue.Int("allowzero", 1));
    }

    /// <summary>[batch·sequence, n] → [batch, sequence, n], as an output of the graph.</summary>
    public void Back(string output, GraphValue rows, int width) => Output(output, Sequences($"/{output}", rows, Builder.Constant(width)), width);

    /// <summary>Gives the value of the last node its name as an output [batch, sequence, last].</summary>
    public void Output(string name, GraphValue value, GraphDimension last) => Builder.Output(Builder.Rename(value, name), "batch", "sequence", last);

    /// <summary>The input as the encoder reads it, and what the decoder's output is multiplied by and shifted to, where the autoencoder normalises.</summary>
    public (GraphValue Input, GraphValue Scale, GraphValue Mean) Normalise(GraphValue x)
    {
        switch (Sae.Normalisation)
        {
            case InputNormalisation.ConstantNorm:
                var norm = Builder.Add("ReduceL2", "/norm", [x], AttributeValue.Ints("axes", -1), AttributeValue.Int("keepdims", 1));
                var scale = Builder.Add("Div", "/scale", [norm, Builder.Scalar(MathF.Sqrt(Sae.HiddenSize))]);

                // A token of zeros stays one: nothing is divided by 0.
                var empty = Builder.Add("Equal", "/scale/zero", [scale, Builder.Scalar(0f)], DataType.Bool);
                var divisor = Builder.Add("Where", "/scale/divisor", [empty, Builder.Scalar(1f), scale], DataType.Float);
                return (Builder.Add("Div", "/normalised", [x, divisor]), scale, default);
            case InputNormalisation.LayerNorm:
                var mean = Builder.Add("ReduceMean", "/mean", [x], AttributeValue.Ints("axes", -1), AttributeValue.Int("keepdims", 1));
                var centred = Builder.Add("Sub", "/centred", [x, mean]);
                var squares = Builder.Add("Mul", "/squares", [centred, centred]);
                var sum = Builder.Add("ReduceSum", "/squares/sum", [squares, Builder.Constant(-1)], AttributeValue.Int("keepdims", 1));
                var variance = Builder.Add("Div", "/variance", [sum, Builder.Scalar((float)(Sae.HiddenSize - 1))]);
                var deviation = Builder.Add("Sqrt", "/deviation", [variance]);
                var floored = Builder.Add("Add", "/deviation/floored", [deviation, Builder.Scalar((float)TokenScale.DeviationFloor)]);
                return (Builder.Add("Div", "/normalised", [centred, floored]), deviation, mean);
            default:
                return (x, default, default);
        }
    }

    public GraphValue Encoder() => SaeGraphWeights.Matrix(Builder, "W_enc", Sae, Options.Precision, encoder: true);

    public GraphValue Decoder() => SaeGraphWeights.Matrix(Builder, "W_dec", Sae, Options.Precision, encoder: false);

    public GraphValue EncoderBias() => Builder.Small("b_enc", Sae.EncoderBias, Sae.LatentCount);

    public GraphValue Threshold() => Builder.Small("threshold", Sae.Threshold, Sae.LatentCount);

    public GraphValue OutputBias() => Builder.Small("b_dec", Sae.OutputBias, Sae.HiddenSize);

    /// <summary>z of every latent, [batch·sequence, D].</summary>
    public GraphValue PreActivations(GraphValue input) => Builder.Add(
        "Gemm",
        "/pre_activations",
        [Rows("/rows", input, Sae.HiddenSize), SaeGraphWeights.Widen(Builder, "/W_enc", Encoder()), EncoderBias()],
        AttributeValue.Int("transB", 1));

    /// <summary>
    /// The k largest keys of each token and the level they must exceed, [batch·sequence, 1]: the largest key that gets no
    /// place, so that of latents tied for the last place none is active; none where every latent has a place.
    /// </summary>
    public (GraphValue Keys, GraphValue Indices, GraphValue Level) Compete(GraphValue keys)
    {
        var contested = Sae.K < Sae.LatentCount;
        var places = Sae.K + (contested ? 1 : 0);
        var (top, indices) = (new GraphValue("/top/output_0", DataType.Float), new GraphValue("/top/output_1", DataType.Int64));
        Builder.AddNode("TopK", string.Empty, "/top", [keys, Builder.Constant(places)], [top, indices], AttributeValue.Int("axis", 1));
        return contested
            ? (Columns("/top/values", top, 0, Sae.K), Columns("/top/indices", indices, 0, Sae.K), Columns("/top/next", top, Sae.K, places))
            : (top, indices, default);
    }

    private GraphValue Columns(string name, GraphValue value, int first, int end) =>
        Builder.Add("Slice", name, [value, Builder.Constant(first), Builder.Constant(end), Builder.Constant(1)]);
}
