using Steering.Analysis.Corpora;

namespace Steering.Analysis.Windows;

/// <summary>Tokens of a conversation by a chat template, and who speaks each.</summary>
/// <param name="encode">Text to token ids.</param>
/// <param name="template">Messages to text, without the opening of another turn.</param>
internal sealed class ConversationEncoder(Func<string, int[]> encode, Func<IReadOnlyList<ConversationTurn>, string> template)
{
    /// <summary>
    /// Encodes a conversation. A message's tokens are those by which the conversation up to it is longer than the one
    /// before: templates write message after message, and where one rewrites an earlier part, the tokens from there on count
    /// as the later message's.
    /// </summary>
    public (int[] Ids, TokenRole[] Roles) Encode(TextDocument conversation)
    {
        var messages = conversation.Messages;
        var whole = Ids(messages, conversation.Place);
        var roles = new TokenRole[whole.Length];
        var start = 0;
        for (var count = 1; count <= messages.Count && start < whole.Length; count++)
        {
            var end = count == messages.Count ? whole.Length : whole.AsSpan().CommonPrefixLength(Ids([.. messages.Take(count)], conversation.Place));
            if (end > start)
            {
                roles.AsSpan(start..end).Fill(Role(messages[count - 1].Role));
                start = end;
            }
        }

        return (whole, roles);
    }

    private static TokenRole Role(string role) => role switch
    {
        "system" or "developer" => TokenRole.System,
        "user" => TokenRole.User,
        "assistant" => TokenRole.Assistant,
        "tool" => TokenRole.Tool,
        _ => TokenRole.Other,
    };

    private int[] Ids(IReadOnlyList<ConversationTurn> messages, string place)
    {
        try
        {
            return encode(template(messages));
        }
        catch (SteeringException failure)
        {
            throw new SteeringException($"{place}: {failure.Message}", failure);
        }
    }
}
