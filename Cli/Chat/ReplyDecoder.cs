using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>Decodes one reply on a thread of its own, taking up every change of the board from token to token.</summary>
internal static class ReplyDecoder
{
    /// <summary>Streams a reply.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">Prompt and sampling; its policy and reservations come from the board.</param>
    /// <param name="board">The dials.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <exception cref="SteeringException">The request does not fit the model.</exception>
    public static async IAsyncEnumerable<ReplyToken> DecodeAsync(SteerableModel model, DecodeRequest request, DialBoard board, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = Channel.CreateUnbounded<ReplyToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var work = Task.Run(
            () =>
            {
                try
                {
                    Decode(model, request, board, tokens.Writer, cancellationToken);
                    tokens.Writer.Complete();
                }
                catch (Exception exception)
                {
                    tokens.Writer.Complete(exception);
                }
            },
            CancellationToken.None);
        await foreach (var token in tokens.Reader.ReadAllAsync(CancellationToken.None))
        {
            yield return token;
        }

        await work;
    }

    private static void Decode(SteerableModel model, DecodeRequest request, DialBoard board, ChannelWriter<ReplyToken> writer, CancellationToken cancellationToken)
    {
        var policy = board.Compiled;
        var shown = board.Shown;
        using var generation = model.Start(request with { Policy = policy, Reservations = board.Reservations() }, collectActivations: true);
        var text = model.Tokenizer.CreateDetokenizer(skipSpecialTokens: true);
        while (generation.MoveNext(cancellationToken))
        {
            var piece = model.IsEndToken(generation.TokenId) ? string.Empty : text.Append(generation.TokenId);
            if (generation.FinishReason != FinishReason.None)
            {
                piece += text.Finish();
            }

            writer.TryWrite(new ReplyToken(piece, Read(generation, policy, shown)));
            if (generation.FinishReason == FinishReason.None && !ReferenceEquals(board.Compiled, policy))
            {
                (policy, shown) = (board.Compiled, board.Shown);
                generation.Replace(policy);
            }
        }
    }

    private static (FeatureTarget, float)[] Read(SteeredGeneration generation, CompiledPolicy policy, IReadOnlyList<FeatureTarget> shown)
    {
        var values = new (FeatureTarget, float)[Math.Min(shown.Count, policy.Watches.Count)];
        for (var index = 0; index < values.Length; index++)
        {
            var row = policy.Watches[index].Row;
            values[index] = (shown[index], generation.Activations(row.Site)[row.Row]);
        }

        return values;
    }
}
