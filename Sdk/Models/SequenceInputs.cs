using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Steering.Models;

/// <summary>
/// What a decoder's graph asks for in a pass over whole sequences with nothing before them, by the names that the model's
/// configuration gives its inputs.
/// </summary>
internal sealed class SequenceInputs
{
    private readonly GenAiConfig _config;
    private readonly IReadOnlyDictionary<string, NodeMetadata> _inputs;

    /// <param name="session">The graph.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="others">Inputs that the caller feeds by itself.</param>
    /// <exception cref="SteeringException">The graph asks for something else.</exception>
    public SequenceInputs(InferenceSession session, GenAiConfig config, IEnumerable<string> others)
    {
        (_config, _inputs) = (config, session.InputMetadata);
        var names = config.Names;
        string[] past = [.. Enumerable.Range(0, config.BlockCount).SelectMany(block => new[] { GraphNames.Of(names.PastKeys, block), GraphNames.Of(names.PastValues, block) })];
        string[] tokens = [names.InputIds, names.AttentionMask, names.PositionIds];
        Tokens = [.. tokens.Where(_inputs.ContainsKey)];
        Past = [.. past.Where(_inputs.ContainsKey)];
        HashSet<string> known = [.. tokens, .. past, .. others];
        if (_inputs.Keys.FirstOrDefault(name => !known.Contains(name)) is { } odd)
        {
            throw new SteeringException($"The graph {config.GraphFile} asks for the input '{odd}', which a forward pass over whole sequences does not have. A decoder was expected that takes {string.Join(", ", tokens)} and the caches {names.PastKeys} and {names.PastValues} of {config.BlockCount} blocks; where yours are named otherwise, say so in model.decoder.inputs of {GenAiConfig.FileName}.");
        }
    }

    /// <summary>Those of token ids, mask and positions that the graph takes, all i64 [B, S].</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The caches that it takes.</summary>
    public IReadOnlyList<string> Past { get; }

    /// <summary>An input of <see cref="Tokens"/> over sequences that begin at position 0.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ids">[B, S] token ids, or empty for a graph that reads none.</param>
    /// <param name="length">S.</param>
    /// <param name="values">[B, S] numbers to fill.</param>
    public void Fill(string name, ReadOnlySpan<int> ids, int length, Span<long> values)
    {
        if (string.Equals(name, _config.Names.AttentionMask, StringComparison.Ordinal))
        {
            values.Fill(1);
            return;
        }

        var positions = string.Equals(name, _config.Names.PositionIds, StringComparison.Ordinal);
        for (var token = 0; token < values.Length; token++)
        {
            values[token] = positions ? token % length : ids.IsEmpty ? 0 : ids[token];
        }
    }

    /// <summary>A cache of <see cref="Past"/> that holds nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sequences">B.</param>
    public OrtValue Empty(string name, int sequences)
    {
        var input = _inputs[name];
        var declared = input.Dimensions;
        long[] shape = [sequences, Declared(1, _config.KeyValueHeadCount), 0, Declared(3, _config.HeadSize)];
        return input.ElementDataType switch
        {
            TensorElementType.Float16 => OrtValue.CreateTensorValueFromMemory(Array.Empty<Float16>(), shape),
            TensorElementType.BFloat16 => OrtValue.CreateTensorValueFromMemory(Array.Empty<BFloat16>(), shape),
            _ => OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), shape),
        };

        long Declared(int axis, int otherwise) => declared.Length == 4 && declared[axis] > 0 ? declared[axis] : otherwise;
    }
}
