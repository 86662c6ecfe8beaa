using Microsoft.Extensions.AI;

namespace Steering.Chat.Toxicity;

/// <summary>The guard of one request: judges the user's latest turn, and hands out a judge for each text of the reply.</summary>
internal sealed class ConversationGuard(ToxicityScorer scorer, ToxicityFilterOptions options, IReadOnlyList<ChatMessage> messages, FilterLog log) : IDisposable
{
    private readonly List<ReplyGuard> _replies = [];
    private int[]? _prompt;

    /// <summary>Number of tokens of the reply that were judged.</summary>
    public int Scored => _replies.Sum(reply => reply.Scored);

    /// <summary>Whether the user's latest turn, which is everything after the assistant's last, must not be sent.</summary>
    public bool BlocksPrompt(CancellationToken cancellationToken)
    {
        var turn = messages.Count;
        while (turn > 0 && messages[turn - 1].Role != ChatRole.Assistant)
        {
            turn--;
        }

        var ids = Prompt();
        var from = Math.Max(1, CommonPrefix(Encode(messages.Take(turn), addGenerationPrompt: false), ids));
        var blocked = false;
        scorer.Read(ids, from, (position, activations) =>
        {
            var reader = new WatchReader();
            for (var level = 0; level < activations.Length; level++)
            {
                reader.Add(level, scorer.Levels[level], activations[level]);
            }

            if (reader.Reading is { Exceeds: true } reading && !blocked)
            {
                blocked = true;
                var kind = options.Action == ToxicityFilterAction.Stop ? ToxicityDecisionKind.PromptBlocked : ToxicityDecisionKind.Alarm;
                log.Add(kind, position - from, scorer.Levels[reading.Watch], reading.Value, 0, text: null);
            }
        }, cancellationToken);
        return blocked && options.Action == ToxicityFilterAction.Stop;
    }

    /// <summary>A judge for one text of the reply.</summary>
    public ReplyGuard NewReply()
    {
        var reply = new ReplyGuard(scorer, options, Prompt(), log);
        _replies.Add(reply);
        return reply;
    }

    public void Dispose() => _replies.ForEach(reply => reply.Dispose());

    private static int CommonPrefix(int[] left, int[] right) => left.AsSpan().CommonPrefixLength(right);

    private int[] Prompt() => _prompt ??= Encode(messages, addGenerationPrompt: true);

    private int[] Encode(IEnumerable<ChatMessage> turns, bool addGenerationPrompt)
    {
        var mapped = turns.Where(message => message.Text.Length > 0).Select(message => (Role(message.Role), message.Text)).ToList();
        return mapped.Count == 0 ? [] : scorer.Tokenizer.Encode(scorer.Tokenizer.ApplyChatTemplate(mapped, addGenerationPrompt));
    }

    // Templates know these three; what a tool said is read like what the user said.
    private static string Role(ChatRole role) =>
        role == ChatRole.System || role == ChatRole.Assistant ? role.Value : ChatRole.User.Value;
}
