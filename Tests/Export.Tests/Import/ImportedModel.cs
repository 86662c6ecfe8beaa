using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Export;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Steering.Tests.Export.Import;

/// <summary>A checkpoint imported once for all tests, run by a plain ONNX Runtime session that also gives the residual streams.</summary>
internal sealed class ImportedModel : IDisposable
{
    private static readonly ConcurrentDictionary<(string Source, WeightPrecision Precision, bool Exact), Lazy<ImportedModel>> Cache = new();
    private static readonly TemporaryFolder Root = new();
    private readonly InferenceSession _session;
    private readonly string[] _outputs;

    private ImportedModel(string folder)
    {
        Folder = folder;
        var path = Path.Combine(folder, ModelImporter.ModelFile);
        Model = OnnxModelFile.Load(path);
        var withResiduals = Model.Clone();
        string[] residuals =
        [
            .. Model.Graph.Node.Where(node => node.Name.EndsWith("/mlp/residual/Add", StringComparison.Ordinal)).Select(node => node.Output[0]),
            .. Model.Graph.Node
                .Where(node => node.OpType.StartsWith("Skip", StringComparison.Ordinal) && node.Output.Count == 4 && !node.Name.Contains("post_attention", StringComparison.Ordinal) && !node.Name.Contains("pre_feedforward", StringComparison.Ordinal))
                .Select(node => node.Output[3]),
        ];
        foreach (var name in residuals)
        {
            withResiduals.Graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } } });
        }

        BlockCount = residuals.Length;
        _outputs = ["logits", .. residuals, .. Model.Graph.Output.Select(output => output.Name).Where(name => name.StartsWith("present.", StringComparison.Ordinal))];
        var graph = Path.Combine(folder, "with-residuals.onnx");
        OnnxModelFile.Save(withResiduals, graph);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(graph, options);
    }

    public string Folder { get; }

    public ModelProto Model { get; }

    public int BlockCount { get; }

    /// <summary>Imports a checkpoint, or gives the one that another test imported.</summary>
    public static ImportedModel Of(string source, WeightPrecision precision = WeightPrecision.Float32, bool exact = false) =>
        Cache.GetOrAdd((source, precision, exact), key => new Lazy<ImportedModel>(() =>
        {
            var folder = Root[Guid.NewGuid().ToString("N")];
            ModelImporter.Import(key.Source, folder, new ImportOptions { Precision = key.Precision, ExactActivations = key.Exact }, progress: null, CancellationToken.None);
            return new ImportedModel(folder);
        })).Value;

    public static void Clear()
    {
        foreach (var model in Cache.Values.Where(model => model.IsValueCreated))
        {
            model.Value.Dispose();
        }

        Root.Dispose();
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Runs one sequence, after a past or without.</summary>
    public ModelOutputs Forward(ReadOnlySpan<long> ids, ModelOutputs? past = null)
    {
        var before = past?.Length ?? 0;
        var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal)
        {
            ["input_ids"] = OrtValue.CreateTensorValueFromMemory(ids.ToArray(), [1, ids.Length]),
            ["attention_mask"] = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, before + ids.Length).ToArray(), [1, before + ids.Length]),
        };
        foreach (var (name, metadata) in _session.InputMetadata.Where(input => input.Key.StartsWith("past_key_values.", StringComparison.Ordinal)))
        {
            inputs[name] = past is null
                ? OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, metadata.Dimensions[1], 0, metadata.Dimensions[3]])
                : OrtValue.CreateTensorValueFromMemory(past.Values[name.Replace("past_key_values", "present", StringComparison.Ordinal)], [1, metadata.Dimensions[1], before, metadata.Dimensions[3]]);
        }

        using var options = new RunOptions();
        using var outputs = _session.Run(options, inputs, _outputs);
        var values = _outputs.Select((name, i) => (name, outputs[i].GetTensorDataAsSpan<float>().ToArray())).ToDictionary(pair => pair.name, pair => pair.Item2, StringComparer.Ordinal);
        foreach (var input in inputs.Values)
        {
            input.Dispose();
        }

        return new(values, before + ids.Length, [.. _outputs[1..(1 + BlockCount)]]);
    }

    /// <summary>Greedy tokens by GenAI's own generator.</summary>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count)
    {
        using var model = new Model(Folder);
        using var parameters = new GeneratorParams(model);
        parameters.SetSearchOption("max_length", prompt.Length + count);
        parameters.SetSearchOption("min_length", prompt.Length + count);
        parameters.SetSearchOption("do_sample", false);
        using var generator = new Generator(model, parameters);
        generator.AppendTokens(prompt);
        for (var i = 0; i < count; i++)
        {
            generator.GenerateNextToken();
        }

        return generator.GetSequence(0)[prompt.Length..].ToArray();
    }
}
