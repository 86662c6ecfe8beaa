using System.Buffers;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Steering.Export.Cuts;
using Steering.Export.Onnx;
using Steering.IO;
using Steering.Models;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Steering.Analysis.Harvest;

/// <summary>ONNX Runtime over one part of a cut graph: whole sequences, nothing cached before them, results written straight into the caller's memory.</summary>
internal sealed class CutSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly GenAiConfig _config;
    private readonly SequenceInputs _known;
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
        try
        {
            _known = new SequenceInputs(session, config, [SiteCut.Residual]);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public int VocabularySize => _config.VocabularySize;

    public int ContextLength => _config.ContextLength;

    /// <summary>Loads a cut graph; its weights are mapped from the model folder.</summary>
    public static CutSession Load(SiteCut cut, ModelProto model, string output, SteerableModelOptions? options)
    {
        options ??= new SteerableModelOptions();
        var config = GenAiConfig.LoadToRun(cut.Folder, options);
        var session = OnnxSessions.Open(config, options.Device, options.Threads, $"the graph of {cut.Folder} cut at a site", settings =>
        {
            settings.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
            settings.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", cut.Folder);
            return new InferenceSession(model.ToByteArray(), settings);
        });
        return new CutSession(session, config, output);
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
        var numbers = ArrayPool<long>.Shared.Rent(Math.Max(1, _known.Tokens.Count) * tokens);
        var values = new List<OrtValue>(_inputs.Length);
        try
        {
            long[] shape = [sequences, length];
            var filled = 0;
            fixed (float* input = residual)
            fixed (float* output = result)
            {
                foreach (var name in _inputs)
                {
                    if (_known.Tokens.Contains(name, StringComparer.Ordinal))
                    {
                        var memory = numbers.AsMemory(tokens * filled++, tokens);
                        _known.Fill(name, ids, length, memory.Span);
                        values.Add(Wrap(memory, shape));
                    }
                    else
                    {
                        values.Add(string.Equals(name, SiteCut.Residual, StringComparison.Ordinal)
                            ? Wrap(input, residual.Length, [sequences, length, residual.Length / tokens])
                            : _known.Empty(name, sequences));
                    }
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

    private static OrtValue Wrap(Memory<long> numbers, long[] shape) => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, numbers, shape);

    private static unsafe OrtValue Wrap(float* data, int length, long[] shape) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (IntPtr)data, (long)length * sizeof(float));
}
