using System.Buffers;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Steering.Export.Cuts;
using Steering.Export.Onnx;
using Steering.IO;
using Steering.Models;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Steering.Training.Activations;

/// <summary>ONNX Runtime over one part of a cut graph: whole sequences, nothing cached before them, results written straight into the caller's memory.</summary>
internal sealed class CutSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly GenAiConfig _config;
    private readonly string[] _inputs;
    private readonly string _output;
    private readonly NativeLifetime _life;

    private CutSession(InferenceSession session, GenAiConfig config, string output)
    {
        _session = session;
        _life = new NativeLifetime(this, session.Dispose);
        _config = config;
        _inputs = [.. session.InputMetadata.Keys];
        _output = output;
        var odd = Array.Find(_inputs, name => !IsKnown(name));
        if (odd is not null)
        {
            session.Dispose();
            throw new SteeringException($"The graph asks for the input '{odd}', which a forward pass over whole sequences does not have. A decoder with input_ids, attention_mask, position_ids and past_key_values was expected.");
        }
    }

    public int VocabularySize => _config.VocabularySize;

    public int ContextLength => _config.ContextLength;

    /// <summary>Loads a cut graph; its weights are mapped from the model folder.</summary>
    public static CutSession Load(SiteCut cut, ModelProto model, string output, SteerableModelOptions? options)
    {
        options ??= new SteerableModelOptions();
        NativeLibraries.Check();
        var config = GenAiConfig.LoadToRun(cut.Folder, options);
        using var session = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

        // Training has the cores between two batches; threads that spin while they wait would take them.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", cut.Folder);
        session.IntraOpNumThreads = options.Threads;
        try
        {
            if (options.Device == ExecutionDevice.Cuda)
            {
                session.AppendExecutionProvider_CUDA();
            }

            config.Register(session);
            return new CutSession(new InferenceSession(model.ToByteArray(), session), config, output);
        }
        catch (Exception exception) when (options.Device == ExecutionDevice.Cuda && exception is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw NativeLibraries.CudaIsMissing(exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new SteeringException($"ONNX Runtime cannot load the graph of {cut.Folder} cut at a site: {exception.Message}", exception);
        }
    }

    /// <summary>Runs [sequences, length] tokens.</summary>
    /// <param name="ids">Token ids, or empty for a graph that starts at a residual.</param>
    /// <param name="sequences">B.</param>
    /// <param name="length">S.</param>
    /// <param name="residual">[B, S, d] for a graph that starts at a residual.</param>
    /// <param name="width">Floats of a row of the result.</param>
    /// <param name="result">[B, S, width].</param>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public unsafe void Run(ReadOnlySpan<int> ids, int sequences, int length, ReadOnlySpan<float> residual, int width, Span<float> result)
    {
        using var call = _life.Call();
        var tokens = sequences * length;
        var numbers = ArrayPool<long>.Shared.Rent(3 * tokens);
        var values = new List<OrtValue>(_inputs.Length);
        try
        {
            var (tokenIds, mask, positions) = (numbers.AsMemory(0, tokens), numbers.AsMemory(tokens, tokens), numbers.AsMemory(2 * tokens, tokens));
            mask.Span.Fill(1);
            for (var token = 0; token < tokens; token++)
            {
                tokenIds.Span[token] = ids.IsEmpty ? 0 : ids[token];
                positions.Span[token] = token % length;
            }

            long[] shape = [sequences, length];
            fixed (float* input = residual)
            fixed (float* output = result)
            {
                foreach (var name in _inputs)
                {
                    values.Add(name switch
                    {
                        "input_ids" => Wrap(tokenIds, shape),
                        "attention_mask" => Wrap(mask, shape),
                        "position_ids" => Wrap(positions, shape),
                        SiteCut.Residual => Wrap(input, residual.Length, [sequences, length, residual.Length / tokens]),
                        _ => EmptyPast(name, sequences),
                    });
                }

                using var results = Wrap(output, result.Length, [sequences, length, width]);
                using var run = new RunOptions();
                _session.Run(run, _inputs, values, [_output], [results]);
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new SteeringException($"ONNX Runtime could not run {sequences} sequences of {length} tokens: {exception.Message} If memory is short, use smaller batches.", exception);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            ArrayPool<long>.Shared.Return(numbers);
        }
    }

    /// <summary>Refuses what cannot be run.</summary>
    public void Check(ReadOnlySpan<int> ids, int sequences, int length)
    {
        if (sequences < 1 || length < 1 || length > ContextLength || (long)sequences * length > int.MaxValue / 8)
        {
            throw new SteeringException($"A batch of {sequences} sequences of {length} tokens is not possible; the model takes sequences of 1 to {ContextLength} tokens.");
        }

        if (!ids.IsEmpty && ids.Length != sequences * length)
        {
            throw new SteeringException($"{ids.Length} token ids are not {sequences} sequences of {length}.");
        }

        foreach (var id in ids)
        {
            if ((uint)id >= (uint)VocabularySize)
            {
                throw new SteeringException($"Token {id} is not in the vocabulary of {VocabularySize}.");
            }
        }
    }

    /// <summary>Waits for the passes that run.</summary>
    public void Dispose() => _life.Close();

    private static bool IsKnown(string name) =>
        name is "input_ids" or "attention_mask" or "position_ids" or SiteCut.Residual || name.StartsWith("past_key_values", StringComparison.Ordinal);

    private static OrtValue Wrap(Memory<long> numbers, long[] shape) => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, numbers, shape);

    private static unsafe OrtValue Wrap(float* data, int length, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (IntPtr)data, (long)length * sizeof(float));

    private OrtValue EmptyPast(string name, int sequences)
    {
        var metadata = _session.InputMetadata[name];
        long Declared(int axis, int otherwise) => metadata.Dimensions.Length == 4 && metadata.Dimensions[axis] > 0 ? metadata.Dimensions[axis] : otherwise;
        long[] shape = [sequences, Declared(1, _config.KeyValueHeadCount), 0, Declared(3, _config.HeadSize)];
        return metadata.ElementDataType == TensorElementType.Float16
            ? OrtValue.CreateTensorValueFromMemory(Array.Empty<Float16>(), shape)
            : OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), shape);
    }
}
