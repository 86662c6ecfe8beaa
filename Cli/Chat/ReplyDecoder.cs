using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
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
    /// <param name="dials">The dials.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <exception cref="SteeringException">The request does not fit the model.</exception>
    public static async IAsyncEnumerable<ReplyToken> DecodeAsync(SteerableModel model, DecodeRequest request, DialBoard dials, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tokens = Channel.CreateUnbounded<ReplyToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var work = Task.Run(
            () =>
            {
                try
                {
                    Decode(model, request, dials, tokens.Writer, cancellationToken);
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

    private static void Decode(SteerableModel model, DecodeRequest request, DialBoard dials, ChannelWriter<ReplyToken> writer, CancellationToken cancellationToken)
    {
        var board = dials.Current;
        using var generation = model.Start(request with { Policy = board.Policy, Reservations = dials.Reservations() }, collectActivations: true);
        var text = model.Tokenizer.CreateDetokenizer(skipSpecialTokens: true);
        while (generation.MoveNext(cancellationToken))
        {
            var id = model.IsEndToken(generation.TokenId) ? null : (int?)generation.TokenId;
            var piece = id is { } appended ? text.Append(appended) : string.Empty;
            if (generation.FinishReason != FinishReason.None)
            {
                piece += text.Finish();
            }

            writer.TryWrite(new ReplyToken(piece, Read(generation, board), id));
            if (generation.FinishReason == FinishReason.None && !ReferenceEquals(dials.Current, board))
            {
                board = dials.Current;
                generation.Replace(board.Policy);
            }
        }
    }

    private static (FeatureTarget, float)[] Read(SteeredGeneration generation, BoardSnapshot board)
    {
        var values = new (FeatureTarget, float)[board.Shown.Count];
        for (var index = 0; index < values.Length; index++)
        {
            var row = board.Policy.Watches[index].Row;
            values[index] = (board.Shown[index], generation.Activations(row.Site)[row.Row]);
        }

        return values;
    }
}

/// <summary>One token of a reply.</summary>
/// <param name="Text">What it adds to the text.</param>
/// <param name="Activations">Activation of each shown feature.</param>
/// <param name="Id">Its id, or null where it only ended the reply.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReplyToken(string Text, IReadOnlyList<(FeatureTarget Feature, float Value)> Activations, int? Id);
