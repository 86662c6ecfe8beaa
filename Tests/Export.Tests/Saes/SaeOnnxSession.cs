using Microsoft.ML.OnnxRuntime;
using Steering.Export.Saes;
using Steering.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>Exported graphs in plain ONNX Runtime sessions, with nothing of ours between.</summary>
internal sealed class SaeOnnxSession : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<SaeOnnxGraphs, InferenceSession> _sessions = [];

    public SaeOnnxSession(string folder) => _folder = folder;

    /// <summary>The session of a graph.</summary>
    public InferenceSession this[SaeOnnxGraphs graph] => _sessions.TryGetValue(graph, out var session)
        ? session
        : _sessions[graph] = new InferenceSession(Path.Combine(_folder, SaeOnnxNames.FileOf(graph)));

    /// <summary>Runs a graph; every output by its name.</summary>
    public Dictionary<string, Array> Run(SaeOnnxGraphs graph, params (string Name, Array Values, long[] Shape)[] inputs)
    {
        var session = this[graph];
        var values = inputs.Select(input => input.Values is long[] integers
            ? OrtValue.CreateTensorValueFromMemory(integers, input.Shape)
            : OrtValue.CreateTensorValueFromMemory((float[])input.Values, input.Shape)).ToArray();
        using var options = new RunOptions();
        using var results = session.Run(options, [.. inputs.Select(input => input.Name)], values, [.. session.OutputMetadata.Keys]);
        Array.ForEach(values, value => value.Dispose());
        return session.OutputMetadata.Keys.Zip(results).ToDictionary(
            pair => pair.First,
            Array (pair) => pair.Second.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64
                ? pair.Second.GetTensorDataAsSpan<long>().ToArray()
                : pair.Second.GetTensorDataAsSpan<float>().ToArray(),
            StringComparer.Ordinal);
    }

    /// <summary>Encodes; activations of every latent, whatever form the graph gives.</summary>
    public (float[] Activations, Dictionary<string, Array> Outputs) Encode(SparseAutoencoder sae, float[] x, long batch = 1)
    {
        var tokens = x.Length / sae.HiddenSize;
        var outputs = Run(SaeOnnxGraphs.Encode, (SaeOnnxNames.X, x, [batch, tokens / batch, sae.HiddenSize]));
        if (outputs.TryGetValue(SaeOnnxNames.Activations, out var dense))
        {
            return ((float[])dense, outputs);
        }

        var (values, indices) = ((float[])outputs[SaeOnnxNames.TopValues], (long[])outputs[SaeOnnxNames.TopIndices]);
        Assert.HasCount(tokens * sae.K, values);
        var activations = new float[tokens * sae.LatentCount];
        for (var entry = 0; entry < values.Length; entry++)
        {
            activations[((entry / sae.K) * sae.LatentCount) + indices[entry]] = values[entry];
        }

        return (activations, outputs);
    }

    /// <summary>Decodes what the encode graph gave.</summary>
    public float[] Decode(SparseAutoencoder sae, Dictionary<string, Array> encoded, int tokens, long batch = 1)
    {
        var inputs = encoded.Select(pair => (pair.Key, pair.Value, new[] { batch, tokens / batch, tokens > 0 ? pair.Value.Length / tokens : sae.K > 0 ? sae.K : sae.LatentCount })).ToArray();
        return (float[])Run(SaeOnnxGraphs.Decode, inputs)[SaeOnnxNames.Reconstruction];
    }

    /// <summary>Edits; dials are [edits], the same for every token.</summary>
    public (float[] Edited, float[] Before) Edit(SparseAutoencoder sae, float[] x, SaeOnnxEdit edit, long batch = 1)
    {
        long[] shape = [1, 1, edit.Latents.Length];
        var outputs = Run(
            SaeOnnxGraphs.Edit,
            (SaeOnnxNames.X, x, [batch, x.Length / sae.HiddenSize / batch, sae.HiddenSize]),
            (SaeOnnxNames.Latents, edit.Latents, [edit.Latents.Length]),
            (SaeOnnxNames.Gain, edit.Gain, shape),
            (SaeOnnxNames.Offset, edit.Offset, shape),
            (SaeOnnxNames.Low, edit.Low, shape),
            (SaeOnnxNames.High, edit.High, shape),
            (SaeOnnxNames.Gate, edit.Gate, shape));
        return ((float[])outputs[SaeOnnxNames.Edited], (float[])outputs[SaeOnnxNames.Activations]);
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }
    }
}
