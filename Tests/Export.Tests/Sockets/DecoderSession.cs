using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Steering.Export.Onnx;

namespace Steering.Tests.Export.Sockets;

/// <summary>A plain ONNX Runtime session over a test decoder, run without a past or with one.</summary>
internal sealed class DecoderSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly DecoderShape _shape;
    private readonly int _keyHeads;
    private readonly bool _half;

    public DecoderSession(ModelProto model, DecoderShape shape, GraphOptimizationLevel optimisation = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = optimisation, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(model.ToByteArray(), options);
        _shape = shape;
        _half = shape.Precision == GraphPrecision.Float16;
        _keyHeads = _session.InputMetadata["past_key_values.0.key"].Dimensions[1];
    }

    public IReadOnlyCollection<string> Outputs => [.. _session.OutputMetadata.Keys];

    public IReadOnlyCollection<string> Inputs => [.. _session.InputMetadata.Keys];

    /// <summary>Runs one step.</summary>
    /// <param name="ids">Token ids, a row per sequence.</param>
    /// <param name="mask">1 for real tokens, past included, a row per sequence; all ones when null.</param>
    /// <param name="feeds">Inputs of the sockets.</param>
    /// <param name="past">The outputs of the step before, or null.</param>
    public Dictionary<string, TensorResult> Run(long[][] ids, long[][]? mask = null, IEnumerable<KeyValuePair<string, SocketTensor>>? feeds = null, Dictionary<string, TensorResult>? past = null)
    {
        var (batch, length) = (ids.Length, ids[0].Length);
        var before = past is null ? 0 : (int)past["present.0.key"].Shape[2];
        mask ??= [.. ids.Select(_ => Enumerable.Repeat(1L, before + length).ToArray())];
        var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal)
        {
            ["input_ids"] = Value(ids.SelectMany(row => row).ToArray(), [batch, length]),
            ["attention_mask"] = Value(mask.SelectMany(row => row).ToArray(), [batch, before + length]),
        };
        if (_session.InputMetadata.ContainsKey("position_ids"))
        {
            inputs["position_ids"] = Value(mask.SelectMany(row => Positions(row)[before..]).ToArray(), [batch, length]);
        }

        foreach (var name in _session.InputMetadata.Keys.Where(name => name.StartsWith("past_key_values.", StringComparison.Ordinal)))
        {
            var source = past?[name.Replace("past_key_values", "present", StringComparison.Ordinal)];
            inputs[name] = Float(source?.Values ?? [], [batch, _keyHeads, before, _shape.Hidden / _shape.Heads]);
        }

        foreach (var (name, tensor) in feeds ?? [])
        {
            inputs[name] = tensor.Integers is { } integers ? Value(integers, tensor.Shape) : Value(tensor.Floats!, tensor.Shape);
        }

        using var options = new RunOptions();
        using var outputs = _session.Run(options, inputs, _session.OutputNames);
        var results = new Dictionary<string, TensorResult>(StringComparer.Ordinal);
        for (var output = 0; output < outputs.Count; output++)
        {
            results[_session.OutputNames[output]] = Read(outputs[output]);
        }

        foreach (var value in inputs.Values)
        {
            value.Dispose();
        }

        return results;
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Positions that count real tokens from 0; padding gets 0.</summary>
    private static long[] Positions(long[] mask)
    {
        var next = 0L;
        return [.. mask.Select(one => one == 0 ? 0 : next++)];
    }

    private OrtValue Float(float[] values, long[] shape) =>
        _half ? Value(Array.ConvertAll(values, value => (Half)value), shape, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16) : Value(values, shape);

    private static OrtValue Value<T>(T[] values, long[] shape, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType? type = null)
        where T : unmanaged
    {
        var element = type ?? (typeof(T) == typeof(long) ? Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 : Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, element, shape);
        MemoryMarshal.AsBytes<T>(values).CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static TensorResult Read(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var bytes = value.GetTensorMutableRawData();
        return new TensorResult(info.Shape, info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float16
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), half => (float)half)
            : MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }
}
