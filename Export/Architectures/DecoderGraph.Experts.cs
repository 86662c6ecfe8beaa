using System.Runtime.InteropServices;
using Steering.Export.Checkpoints;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Export.Architectures;

/// <content>Mixtures of experts, by ONNX Runtime's own operator. Their weights stay fp32 in every precision.</content>
internal sealed partial class DecoderGraph
{
    /// <summary>A tensor of all experts [experts, in, out] or [experts, out], as gpt-oss stores it, with each expert's matrix turned to [out, in].</summary>
    public ExpertTensor Stacked(string tensor)
    {
        _read.Add(tensor);
        var shape = _checkpoint.Describe(tensor).Shape;
        Require(shape.Count is 2 or 3 && shape.All(dimension => dimension is > 0 and < 1 << 24), $"'{tensor}' has the shape [{string.Join(", ", shape)}]; one matrix or vector an expert was expected.");
        var (experts, rows, columns) = ((int)shape[0], shape.Count == 3 ? (int)shape[1] : 1, (int)shape[^1]);
        var count = (long)experts * rows * columns;
        Require(count <= Array.MaxLength / sizeof(float), $"'{tensor}' has {count} elements, more than can be read at once.");
        return new(experts, columns, rows, shape.Count == 3, stream =>
        {
            var source = new float[count];
            _checkpoint.ReadFloat32(tensor, source);
            var turned = new float[rows * columns];
            for (var expert = 0; expert < experts; expert++)
            {
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                    {
                        turned[(column * rows) + row] = source[(((expert * rows) + row) * columns) + column];
                    }
                }

                stream.Write(MemoryMarshal.AsBytes<float>(turned));
            }
        });
    }

    /// <summary>The feed-forward of a mixture: every position goes through the experts that its router chooses.</summary>
    /// <param name="path">Node path.</param>
    /// <param name="x">[batch, sequence, hidden]</param>
    /// <param name="router">[batch, sequence, experts] scores before the softmax.</param>
    /// <param name="settings">How many experts, and how they are weighted.</param>
    /// <param name="weights">Their matrices: gate and up row by row, then down.</param>
    public GraphValue Experts(string path, GraphValue x, GraphValue router, ExpertSettings settings, ExpertWeights weights)
    {
        Require(weights.GateUp.Experts == settings.Count && weights.Down.Experts == settings.Count, $"the tensors of {path} are of {weights.GateUp.Experts} and {weights.Down.Experts} experts; the configuration says {settings.Count}.");
        var scores = Graph.Add("Reshape", path + "/router/Reshape", [router, Graph.Constant(-1, settings.Count)]);
        List<AttributeValue> attributes =
        [
            AttributeValue.Text("activation_type", "swiglu"),
            AttributeValue.Int("swiglu_fusion", 1),
            AttributeValue.Float("activation_alpha", settings.GateSlope),
            AttributeValue.Float("activation_beta", settings.UpOffset),
            AttributeValue.Int("k", settings.PerToken),
            AttributeValue.Int("normalize_routing_weights", settings.Normalised ? 1 : 0),
        ];
        if (settings.Limit is { } limit)
        {
            attributes.Add(AttributeValue.Float("swiglu_limit", limit));
        }

        return Graph.AddMicrosoft(
            "MoE",
            path + "/experts",
            [x, scores, Weight("fc1", weights.GateUp), Bias("fc1", weights.GateUpBias), Weight("fc2", weights.Down), Bias("fc2", weights.DownBias)],
            CollectionsMarshal.AsSpan(attributes));

        GraphValue Weight(string name, ExpertTensor tensor) => Graph.Weight(
            $"{path.TrimStart('/').Replace('/', '.')}.experts.{name}.{(tensor.IsMatrix ? "weight" : "bias")}",
            DataType.Float,
            tensor.IsMatrix ? [tensor.Experts, tensor.Rows, tensor.Columns] : [tensor.Experts, tensor.Rows],
            new TensorContent((long)tensor.Experts * tensor.Rows * tensor.Columns * sizeof(float), tensor.Write));

        GraphValue Bias(string name, ExpertTensor? tensor) => tensor is null ? default : Weight(name, tensor);
    }
}

/// <summary>One tensor for all experts of a block.</summary>
/// <param name="Experts">Number of experts.</param>
/// <param name="Rows">Outputs of each.</param>
/// <param name="Columns">Inputs of each; 1 for a vector.</param>
/// <param name="IsMatrix">Whether it is [experts, out, in] rather than [experts, out].</param>
/// <param name="Write">Writes the fp32 elements.</param>
internal sealed record ExpertTensor(int Experts, int Rows, int Columns, bool IsMatrix, Action<Stream> Write)
{
    /// <summary>The matrices of all experts.</summary>
    public static ExpertTensor Of(IReadOnlyList<WeightMatrix> matrices) => new(matrices.Count, matrices[0].Rows, matrices[0].Columns, true, stream =>
    {
        foreach (var matrix in matrices)
        {
            var elements = new float[matrix.Count];
            matrix.ReadFloat32(elements);
            stream.Write(MemoryMarshal.AsBytes<float>(elements));
        }
    });
}

/// <summary>The tensors of a block's experts.</summary>
/// <param name="GateUp">Gate and up, their rows taking turns: [experts, 2 × intermediate, hidden].</param>
/// <param name="GateUpBias">[experts, 2 × intermediate], or null.</param>
/// <param name="Down">[experts, hidden, intermediate]</param>
/// <param name="DownBias">[experts, hidden], or null.</param>
internal sealed record ExpertWeights(ExpertTensor GateUp, ExpertTensor? GateUpBias, ExpertTensor Down, ExpertTensor? DownBias);
