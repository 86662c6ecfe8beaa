using System.Text;

namespace Steering.Decoding;

/// <summary>Whole turns from a decoder, one or many.</summary>
public static class SteeredDecoderExtensions
{
    /// <summary>Decodes one turn to its end.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="request">Prompt, policy and sampling.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <exception cref="SteeringException">The request does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static async Task<Completion> CompleteAsync(this ISteeredDecoder decoder, DecodeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        var ids = new List<int>();
        var text = new StringBuilder();
        var reason = FinishReason.None;
        await foreach (var token in decoder.DecodeAsync(request, cancellationToken).ConfigureAwait(false))
        {
            ids.Add(token.Id);
            text.Append(token.Text);
            reason = token.FinishReason;
        }

        return new Completion(ids, text.ToString(), reason);
    }

    /// <summary>
    /// Decodes many turns, several at once, each with its own prompt, policy and seed. What a turn becomes does not depend
    /// on how many run beside it or in which order; small models are quickest with
    /// <see cref="Models.SteerableModelOptions.Threads"/> = 1 and one turn a core.
    /// </summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="requests">What to decode. Sampling without a seed draws a new one for each.</param>
    /// <param name="parallelism">Turns at once, at least 1; null for one a core.</param>
    /// <param name="progress">Told how many turns are done, after each.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <returns>The completions, in the order of the requests.</returns>
    /// <exception cref="SteeringException">A request does not fit the model; the others are stopped.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static async Task<IReadOnlyList<Completion>> CompleteAllAsync(
        this ISteeredDecoder decoder, IReadOnlyList<DecodeRequest> requests, int? parallelism = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(requests);
        var turns = parallelism ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(turns, 1, nameof(parallelism));
        var completions = new Completion[requests.Count];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = turns, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, requests.Count, options, async (index, cancellation) =>
        {
            completions[index] = await decoder.CompleteAsync(requests[index], cancellation).ConfigureAwait(false);
            progress?.Report(Interlocked.Increment(ref done));
        }).ConfigureAwait(false);
        return completions;
    }
}
