using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Steering.Compilation;
using Steering.Numerics;

namespace Steering.Models;

/// <content>Probabilities of given tokens, several texts in each pass.</content>
public sealed partial class ForwardPass
{
    /// <summary>Tokens of one pass: enough for the matrix products, few enough for the caches.</summary>
    private const int TokensOfPass = 1024;

    /// <summary>Bytes of the logits of one pass.</summary>
    private const long LogitBytesOfPass = 64L << 20;

    /// <summary>
    /// ln of the probability of the tokens of several texts from a place on, each given all before it. The texts share a pass,
    /// shorter ones filled up at their end, which no earlier token sees: the values are those of each text alone but for the order
    /// of summation (some 1e-5 nats a token in fp32).
    /// </summary>
    /// <param name="texts">Token ids, at least two, and the first token that is scored, at least 1.</param>
    /// <param name="policy">As for <see cref="Run"/>.</param>
    /// <returns>[texts][ids − from].</returns>
    /// <exception cref="SteeringException">The ids or the policy do not fit the model.</exception>
    public double[][] LogProbabilities(IReadOnlyList<(int[] Ids, int From)> texts, CompiledPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        policy ??= CompiledPolicy.Empty;
        using var call = _life.Call();
        foreach (var (ids, from) in texts)
        {
            Validate(ids, policy);
            ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(from, ids.Length);
        }

        var values = new double[texts.Count][];
        foreach (var batch in Batches(texts))
        {
            Score(texts, batch, policy, values);
        }

        return values;
    }

    /// <summary>
    /// Texts that share a pass, by index: neighbours in length, so that little is filled up, as many as a pass takes.
    /// </summary>
    /// <param name="texts">As for <see cref="LogProbabilities"/>.</param>
    public IReadOnlyList<IReadOnlyList<int>> Batches(IReadOnlyList<(int[] Ids, int From)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var tokens = (int)Math.Clamp(LogitBytesOfPass / (sizeof(float) * (long)_config.VocabularySize), 1, TokensOfPass);
        var batches = new List<IReadOnlyList<int>>();
        var batch = new List<int>();
        foreach (var index in Enumerable.Range(0, texts.Count).OrderByDescending(index => texts[index].Ids.Length))
        {
            // The first of a batch is its longest.
            if (batch.Count > 0 && (batch.Count + 1) * texts[batch[0]].Ids.Length > tokens)
            {
                batches.Add(batch);
                batch = [];
            }

            batch.Add(index);
        }

        return batch.Count > 0 ? [.. batches, batch] : batches;
    }

    private void Score(IReadOnlyList<(int[] Ids, int From)> texts, IReadOnlyList<int> batch, CompiledPolicy policy, double[][] values)
    {
        var length = batch.Max(index => texts[index].Ids.Length);
        var ids = new int[batch.Count * length];
        foreach (var (row, index) in batch.Index())
        {
            texts[index].Ids.CopyTo(ids, row * length);
        }

        using var inputs = new DisposableList();
        using var outputs = Execute(Feeds(ids, batch.Count, inputs, policy), [_config.Names.Logits]);
        var logits = outputs[0];
        var isSingle = logits.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float;
        var single = isSingle ? logits.GetTensorDataAsSpan<float>() : default;
        var half = isSingle ? default : MemoryMarshal.Cast<Float16, Half>(logits.GetTensorDataAsSpan<Float16>());
        var wide = new float[isSingle ? 0 : _config.VocabularySize];
        foreach (var (row, index) in batch.Index())
        {
            var (text, from) = texts[index];
            var scores = new double[text.Length - from];
            for (var token = from; token < text.Length; token++)
            {
                var start = ((row * length) + token - 1) * _config.VocabularySize;
                var position = isSingle ? single.Slice(start, _config.VocabularySize) : Widen(half.Slice(start, _config.VocabularySize), wide);
                scores[token - from] = position[text[token]] - LogSumExp.Of(position);
            }

            values[index] = scores;
        }
    }

    private static ReadOnlySpan<float> Widen(ReadOnlySpan<Half> half, float[] wide)
    {
        TensorPrimitives.ConvertToSingle(half, wide);
        return wide;
    }
}
