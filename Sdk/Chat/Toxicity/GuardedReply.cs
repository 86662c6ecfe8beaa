using Microsoft.Extensions.AI;

namespace Steering.Chat.Toxicity;

/// <summary>
/// The updates of another client's reply, as far as they may be handed on. Text and reasoning are judged apart; whatever
/// else there is, and why the reply ended, waits until all text was judged.
/// </summary>
internal sealed class GuardedReply(ConversationGuard guard)
{
    private readonly List<ChatResponseUpdate> _tail = [];
    private ReplyGuard _text = guard.NewReply();
    private ReplyGuard _reasoning = guard.NewReply();
    private ChatResponseUpdate? _latest;

    /// <summary>Whether the reply was ended.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes an update and gives what may be handed on.</summary>
    public List<ChatResponseUpdate> Add(ChatResponseUpdate update, CancellationToken cancellationToken)
    {
        var released = new List<ChatResponseUpdate>();
        if (_latest is { MessageId: { } before } && update.MessageId is { } now && !string.Equals(before, now, StringComparison.Ordinal))
        {
            Flush(released, cancellationToken);
            _text.Dispose();
            _reasoning.Dispose();
            (_text, _reasoning) = (guard.NewReply(), guard.NewReply());
        }

        _latest = update;
        var others = new List<AIContent>();
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextReasoningContent reasoning:
                    Judge(released, reasoning.Text, isReasoning: true, last: false, cancellationToken);
                    break;
                case TextContent text:
                    Judge(released, text.Text, isReasoning: false, last: false, cancellationToken);
                    break;
                default:
                    others.Add(content);
                    break;
            }
        }

        if (others.Count > 0 || update.FinishReason is not null || update.AdditionalProperties is not null)
        {
            var rest = ReplyUpdates.Like(update, others);
            rest.FinishReason = update.FinishReason;
            rest.AdditionalProperties = update.AdditionalProperties is null ? null : new(update.AdditionalProperties);
            _tail.Add(rest);
        }

        return released;
    }

    /// <summary>What is left when the other client has finished: at least one update, unless the reply was ended.</summary>
    public List<ChatResponseUpdate> Finish(CancellationToken cancellationToken)
    {
        var released = new List<ChatResponseUpdate>();
        Flush(released, cancellationToken);
        if (!Stopped)
        {
            released.AddRange(_tail.Count > 0 ? _tail : [ReplyUpdates.Like(_latest ?? new ChatResponseUpdate(), [])]);
        }

        return released;
    }

    private void Flush(List<ChatResponseUpdate> released, CancellationToken cancellationToken)
    {
        Judge(released, string.Empty, isReasoning: true, last: true, cancellationToken);
        Judge(released, string.Empty, isReasoning: false, last: true, cancellationToken);
    }

    private void Judge(List<ChatResponseUpdate> released, string text, bool isReasoning, bool last, CancellationToken cancellationToken)
    {
        if (Stopped)
        {
            return;
        }

        var judge = isReasoning ? _reasoning : _text;
        var passed = judge.Append(text, last, cancellationToken);
        Stopped = judge.Stopped;
        if (passed.Length > 0 && !Stopped)
        {
            released.Add(ReplyUpdates.Like(_latest!, isReasoning ? new TextReasoningContent(passed) : new TextContent(passed)));
        }
    }
}
