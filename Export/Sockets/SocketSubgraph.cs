using Steering.Sockets;
using DataType = Steering.Export.Onnx.TensorProto.Types.DataType;

namespace Steering.Export.Sockets;

/// <summary>
/// The nodes that edit the stream at one site, in the form of <see cref="SocketLayout"/>. They sit inside one
/// <c>If</c> on M &gt; 0. Competition, scale and attenuation are rarer, and sit inside a second one.
/// </summary>
internal sealed class SocketSubgraph(string site, int hiddenSize, string positions)
{
    private static readonly Onnx.TypeProto.Types.Tensor Number = NodeWriter.Type(DataType.Float);

    private sealed record Row(string[] Dials, string Projection, string X)
    {
        public string this[Dial dial] => Dials[(int)dial];
    }

    /// <summary>Writes the edit for a stream that is the sum of the given tensors.</summary>
    /// <param name="writer">The sub-graph to write to.</param>
    /// <param name="addends">What the residual stream is the sum of.</param>
    /// <param name="edited">Which of the addends takes the edit.</param>
    /// <param name="half">Whether the stream is half precision.</param>
    /// <returns>The edited addend, in the stream's type, and the activations v, f32 [B, S, M].</returns>
    public (string Addend, string Activations) Write(NodeWriter writer, IReadOnlyList<string> addends, string edited, bool half)
    {
        var x = addends.Select(addend => half ? writer.Cast(addend, DataType.Float) : addend).Aggregate((sum, addend) => writer.Add("Add", sum, addend));
        var projection = writer.AddMicrosoft("FusedMatMul", [x, SocketLayout.Read(site)], NodeWriter.Int("transB", 1));
        var row = new Row(writer.Split(SocketLayout.Dials(site), SocketLayout.DialCount, -1), projection, x);
        var rare = writer.HoldsAny(SocketLayout.Encoder(site), SocketLayout.Scale(site), SocketLayout.Attenuation(site));
        var results = writer.If(rare, Rare(writer.Branch("rare"), row), Plain(writer.Branch("plain"), row), Number, Number);
        var change = writer.Add("MatMul", results[1], SocketLayout.Write(site));

        // The change is kept negated and subtracted: x − 0 is x to the bit, while −0 + 0 is not.
        var addend = writer.Add("Sub", edited, half ? writer.Cast(change, DataType.Float16) : change);
        return (addend, results[0]);
    }

    private (NodeWriter Writer, string[] Results) Plain(NodeWriter writer, Row row)
    {
        var value = Activation(writer, row.Projection, row[Dial.Threshold], row);
        return (writer, [value, NegatedChange(writer, row, value, value)]);
    }

    private (NodeWriter Writer, string[] Results) Rare(NodeWriter writer, Row row)
    {
        // One condition for both: whatever is plugged in anywhere else costs no node of theirs.
        var inputs = writer.If(
            writer.HoldsAny(SocketLayout.Encoder(site), SocketLayout.Scale(site)),
            Normalised(writer.Branch("normalised"), row),
            Given(writer.Branch("given"), row),
            Number,
            Number);
        var (scale, threshold) = (inputs[0], inputs[1]);
        var value = Activation(writer, writer.Add("Div", row.Projection, scale), threshold, row);
        var attenuated = writer.If(
            writer.HoldsAny(SocketLayout.Attenuation(site)),
            Attenuated(writer.Branch("attenuated"), value),
            Pass(writer.Branch("whole"), value),
            Number)[0];
        return (writer, [value, writer.Add("Mul", NegatedChange(writer, row, value, attenuated), scale)]);
    }

    /// <summary>v: what exceeds the threshold, else 0. A comparison with NaN is false, so NaN reads as inactive.</summary>
    private static string Activation(NodeWriter writer, string projection, string threshold, Row row)
    {
        var z = writer.Add("Add", projection, row[Dial.Bias]);
        return writer.Add("Where", writer.Add("Greater", z, threshold), z, writer.Scalar(0f));
    }

    /// <summary>v − f(v) where the gate is open and the position reached, else 0.</summary>
    private string NegatedChange(NodeWriter writer, Row row, string value, string attenuated)
    {
        var gating = writer.AddWith("Gather", [value, SocketLayout.GateRow(site)], NodeWriter.Int("axis", -1));
        var open = writer.Add("Greater", gating, row[Dial.Gate]);
        var reached = writer.Add("GreaterOrEqual", positions, row[Dial.FirstPosition]);
        var moved = writer.Add("Add", writer.Add("Mul", attenuated, row[Dial.Gain]), row[Dial.Offset]);
        var clipped = writer.Add("Min", writer.Add("Max", moved, row[Dial.Low]), row[Dial.High]);

        // Selected, not multiplied, so that an infinite bound behind a closed gate stays harmless.
        return writer.Add("Where", writer.Add("And", open, reached), writer.Add("Sub", value, clipped), writer.Scalar(0f));
    }

    /// <summary>s and the thresholds, where a scale or an encoder is plugged in.</summary>
    private (NodeWriter Writer, string[] Results) Normalised(NodeWriter writer, Row row)
    {
        var scale = Scale(writer, row);
        var threshold = writer.If(
            writer.HoldsAny(SocketLayout.Encoder(site)),
            Competition(writer.Branch("competition"), row, scale),
            Pass(writer.Branch("alone"), row[Dial.Threshold]),
            Number)[0];
        return (writer, [scale, threshold]);
    }

    private static (NodeWriter Writer, string[] Results) Given(NodeWriter writer, Row row) =>
        (writer, [writer.Add("Identity", writer.Scalar(1f)), writer.Add("Identity", row[Dial.Threshold])]);

    private static (NodeWriter Writer, string[] Results) Pass(NodeWriter writer, string tensor) => (writer, [writer.Add("Identity", tensor)]);

    /// <summary>s = constant + norm·‖x‖ + deviation·(std(x) + 1e-5); exactly 1 where no scale is plugged in.</summary>
    private string Scale(NodeWriter writer, Row row)
    {
        var table = SocketLayout.Scale(site);
        var norm = writer.Add("Sqrt", writer.Sum(writer.Add("Mul", row.X, row.X), -1));
        var centred = writer.Add("Sub", row.X, writer.Add("Div", writer.Sum(row.X, -1), writer.Scalar((float)hiddenSize)));
        var variance = writer.Add("Div", writer.Sum(writer.Add("Mul", centred, centred), -1), writer.Scalar((float)(hiddenSize - 1)));
        var deviation = writer.Add("Add", writer.Add("Sqrt", variance), writer.Scalar(1e-5f));
        var byToken = writer.Add("Add", writer.Add("Mul", norm, writer.Line(table, 1, 0)), writer.Add("Mul", deviation, writer.Line(table, 2, 0)));
        var scale = writer.Add("Add", byToken, writer.Line(table, 0, 0));
        var unused = writer.Add("Equal", writer.Add("Size", table), writer.Scalar(0L));
        return writer.Add("Where", unused, writer.Scalar(1f), scale);
    }

    /// <summary>The threshold of competing rows: the larger of their own and the border between the k-th and the (k + 1)-th largest pre-activation.</summary>
    private (NodeWriter Writer, string[] Results) Competition(NodeWriter writer, Row row, string scale)
    {
        var competes = writer.Add("Greater", row[Dial.Competes], writer.Scalar(0f));

        // The encoder belongs to the competing rows, so its input is normalised as theirs.
        var own = writer.Largest(writer.Add("Where", competes, scale, writer.Scalar(0f)), writer.Vector(1));
        var input = writer.Add("Div", row.X, writer.Add("Max", own, writer.Scalar(1e-30f)));

        // Gemm, not a batched product: only Gemm spreads one token's product over threads (measured).
        var flat = writer.Add("Reshape", input, writer.Shape(-1, hiddenSize));
        var all = writer.AddWith("Gemm", [flat, SocketLayout.Encoder(site), SocketLayout.EncoderBias(site)], NodeWriter.Int("transB", 1));
        var leading = writer.Largest(all, SocketLayout.EncoderRank(site));

        // Halfway between the last that wins and the first that loses: a row's own product and the encoder's round
        // differently, and compared with its own value from the other product the first loser would win every other time.
        var border = writer.Add("Slice", leading, writer.Vector(-2), writer.Vector(long.MaxValue), writer.Vector(-1));
        var bar = writer.Add("Reshape", writer.Add("Mul", writer.Sum(border, -1), writer.Scalar(0.5f)), writer.Add("Shape", positions));
        return (writer, [writer.Add("Where", competes, writer.Add("Max", row[Dial.Threshold], bar), row[Dial.Threshold])]);
    }

    /// <summary>v · (1 − strength·sigmoid(a·v² + b·v + c) + Σ slope·max(0, v − knot)).</summary>
    private (NodeWriter Writer, string[] Results) Attenuated(NodeWriter writer, string value)
    {
        var table = SocketLayout.Attenuation(site);
        var start = writer.Vector(SocketLayout.PosteriorRows);
        var posterior = writer.Split(writer.Add("Slice", table, writer.Vector(0), start, writer.Vector(1)), SocketLayout.PosteriorRows, 1);
        var quadratic = writer.Add("Add", writer.Add("Mul", value, posterior[1]), posterior[2]);
        quadratic = writer.Add("Add", writer.Add("Mul", quadratic, value), posterior[3]);
        var lowered = writer.Add("Mul", writer.Add("Sigmoid", quadratic), posterior[0]);

        var curve = writer.Add("Unsqueeze", writer.Add("Slice", table, start, writer.Vector(long.MaxValue), writer.Vector(1)), writer.Vector(1));

        // Not a split, which refuses to halve nothing: a table may have no knots.
        var middle = writer.Add("Div", writer.Length(curve, axis: 2), writer.Vector(2));
        var knots = writer.Add("Slice", curve, writer.Vector(0), middle, writer.Vector(2));
        var slopes = writer.Add("Slice", curve, middle, writer.Vector(long.MaxValue), writer.Vector(2));

        // Bounded above, because a knot at −∞ with slope 0 must not make 0·∞.
        var beyond = writer.Add("Clip", writer.Add("Sub", writer.Add("Unsqueeze", value, writer.Vector(2)), knots), writer.Scalar(0f), writer.Scalar(float.MaxValue));
        var bent = writer.Sum(writer.Add("Mul", beyond, slopes), 2, keep: false);
        var kept = writer.Add("Add", writer.Add("Sub", writer.Scalar(1f), lowered), bent);
        return (writer, [writer.Add("Mul", value, kept)]);
    }
}
