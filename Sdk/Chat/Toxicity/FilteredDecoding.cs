using System.Runtime.CompilerServices;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Chat.Toxicity;

/// <summary>Decodes one turn and hands on what its filter lets through.</summary>
internal static class FilteredDecoding
{
    /// <param name="decoder">Any decoder. Where it does not ask the request's monitor, tokens are taken back by starting anew from those that were handed on.</param>
    /// <param name="request">The request that <see cref="FilterSession.Attach"/> gave.</param>
    /// <param name="session">The filter.</param>
    /// <param name="model">The model, for the text of tokens after a new start.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    public static async IAsyncEnumerable<DecodedToken> DecodeAsync(
        ISteeredDecoder decoder, DecodeRequest request, FilterSession session, SteerableModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var kept = new List<int>();
        TokenText? text = null;
        for (var current = request; ;)
        {
            var (restart, received, before) = (false, 0, session.Seen);
            await foreach (var token in decoder.DecodeAsync(current, cancellationToken).ConfigureAwait(false))
            {
                var asked = session.Seen - before > received++;
                restart = !asked && session.Observe(Retell(token, text)) > 0;

                // Looked at first: a decoder that is ahead may release tokens and stop while those before are handed on.
                var stopped = session.Stopped;
                while (session.TryTake(out var released))
                {
                    kept.Add(released.Id);
                    yield return released;
                }

                if (stopped || restart)
                {
                    break;
                }
            }

            if (!restart)
            {
                yield break;
            }

            current = From(request, kept);
            text = new TokenText(model, request.StopSequences, kept);
        }
    }

    /// <summary>A new start tells the text of its tokens without those before; this tells it with them.</summary>
    private static DecodedToken Retell(DecodedToken token, TokenText? text)
    {
        if (text is null)
        {
            return token;
        }

        var (piece, finish) = text.Append(token.Id, token.FinishReason);
        return token with { Text = piece, FinishReason = finish };
    }

    private static DecodeRequest From(DecodeRequest request, List<int> kept) => request with
    {
        PromptIds = [.. request.PromptIds, .. kept],
        MaxTokens = request.MaxTokens - kept.Count,
        MinTokens = Math.Max(0, request.MinTokens - kept.Count),
    };
}
