using Microsoft.Extensions.AI;

namespace Steering.Chat.Toxicity;

/// <summary>Makes and marks streamed updates.</summary>
internal static class ReplyUpdates
{
    /// <summary>An update with one content, of the same message as another.</summary>
    public static ChatResponseUpdate Like(ChatResponseUpdate update, params IList<AIContent> contents) => new(update.Role ?? ChatRole.Assistant, contents)
    {
        AuthorName = update.AuthorName,
        ConversationId = update.ConversationId,
        CreatedAt = update.CreatedAt,
        MessageId = update.MessageId,
        ModelId = update.ModelId,
        ResponseId = update.ResponseId,
    };

    /// <summary>The updates that end a reply which the filter stopped.</summary>
    public static IEnumerable<ChatResponseUpdate> Ending(ChatResponseUpdate? like, string message, ToxicityReport report)
    {
        like ??= new ChatResponseUpdate { MessageId = Guid.NewGuid().ToString("N") };
        if (message.Length > 0)
        {
            yield return Like(like, new TextContent(message));
        }

        var last = Like(like, []);
        last.FinishReason = ChatFinishReason.ContentFilter;
        SetReport(last, report);
        yield return last;
    }

    /// <summary>Puts the report on an update.</summary>
    public static void SetReport(ChatResponseUpdate update, ToxicityReport report)
    {
        update.AdditionalProperties ??= [];
        update.AdditionalProperties[ToxicityFilterExtensions.ReportKey] = report;
    }
}
