using Steering.Analysis.Corpora;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Saes;

namespace Steering.Analysis.Experiments;

/// <summary>The model of an experiment: it replies, scores texts, and compiles policies. Thread-safe.</summary>
public interface IExperimentModel
{
    /// <summary>Name of the model.</summary>
    string Name { get; }

    /// <summary>What tells one model from another: replies of one are not continued with another.</summary>
    string Fingerprint { get; }

    /// <summary>Writes the replies.</summary>
    ISteeredDecoder Decoder { get; }

    /// <summary>Which decoder that is, <see cref="DecoderChoice.Batch"/> or <see cref="DecoderChoice.GenAi"/>: the same seed gives one other replies than the other.</summary>
    DecoderChoice DecoderKind { get; }

    /// <summary>Why replies are not decoded in a batch, though it was left to the model; otherwise null.</summary>
    string? BatchRefusal { get; }

    /// <summary>How many replies are asked of the decoder at once.</summary>
    int ReplyParallelism { get; }

    /// <summary>How many texts are scored at once.</summary>
    int Parallelism { get; }

    /// <summary>Token ids of a text; special tokens written in it become their ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the tokens that the model expects around a text are added.</param>
    int[] Encode(string text, bool addSpecialTokens);

    /// <summary>Text of token ids, special tokens spelt out.</summary>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>The prompt of a conversation, ending with the opening of the assistant's turn.</summary>
    string Prompt(IReadOnlyList<ConversationTurn> messages);

    /// <summary>ln of the probability of every token from a place on, given all before it.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="from">First token that is scored, at least 1.</param>
    /// <param name="policy">What is plugged in.</param>
    /// <returns>[ids − from].</returns>
    /// <exception cref="SteeringException">The policy decides between tokens, which one pass over a text does not have.</exception>
    double[] LogProbabilities(ReadOnlySpan<int> ids, int from, CompiledPolicy policy);

    /// <summary>As <see cref="LogProbabilities(ReadOnlySpan{int}, int, CompiledPolicy)"/> of several texts, which may share passes.</summary>
    /// <param name="texts">The tokens of each, and the first that is scored, at least 1.</param>
    /// <param name="policy">What is plugged in.</param>
    /// <param name="done">Told how many texts are scored, from any thread.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    /// <returns>[texts][ids − from].</returns>
    /// <exception cref="SteeringException">As for one text.</exception>
    double[][] LogProbabilities(IReadOnlyList<(int[] Ids, int From)> texts, CompiledPolicy policy, Action<int>? done = null, CancellationToken cancellationToken = default)
    {
        var values = new double[texts.Count][];
        var count = 0;
        Passes.Run(texts.Count, Parallelism, index =>
        {
            values[index] = LogProbabilities(texts[index].Ids, texts[index].From, policy);
            done?.Invoke(Interlocked.Increment(ref count));
        }, cancellationToken);
        return values;
    }

    /// <summary>ln of the probability of each of some tokens to come next, from one pass over the text.</summary>
    /// <param name="ids">The tokens before, at least one.</param>
    /// <param name="candidates">The tokens that might come next.</param>
    /// <param name="policy">What is plugged in.</param>
    /// <returns>[candidates].</returns>
    /// <exception cref="SteeringException">As for <see cref="LogProbabilities(ReadOnlySpan{int}, int, CompiledPolicy)"/>.</exception>
    double[] NextLogProbabilities(int[] ids, IReadOnlyList<int> candidates, CompiledPolicy policy) =>
        [.. candidates.Select(token => LogProbabilities([.. ids, token], ids.Length, policy)[0])];

    /// <summary>[T, d] residual stream at a site, after the edit.</summary>
    /// <exception cref="SteeringException">There is no such site, or as for <see cref="LogProbabilities(ReadOnlySpan{int}, int, CompiledPolicy)"/>.</exception>
    float[] Residuals(ReadOnlySpan<int> ids, string site, CompiledPolicy policy);

    /// <summary>A policy for this model.</summary>
    /// <exception cref="SteeringException">It does not fit.</exception>
    CompiledPolicy Compile(SteeringPolicy policy);

    /// <summary>The autoencoder that a policy means by an id.</summary>
    /// <exception cref="SteeringException">There is none.</exception>
    SparseAutoencoder Sae(string? id);
}
