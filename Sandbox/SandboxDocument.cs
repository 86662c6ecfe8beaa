using System.Text;
using System.Text.Json.Serialization;

namespace Steering.Sandbox;

/// <summary>One conversation of the sandbox's world with its labels.</summary>
/// <param name="Seed">What the document was written from; the same seed gives the same document.</param>
/// <param name="Instruction">What the system message asks.</param>
/// <param name="Turns">The turns in order: an optional system turn, then user and assistant by turns.</param>
/// <param name="Facts">What the conversation states and keeps to.</param>
public sealed record SandboxDocument(ulong Seed, Instruction Instruction, IReadOnlyList<SandboxTurn> Turns, IReadOnlyList<Fact> Facts)
{
    /// <summary>The conversation in ChatML, every turn closed with <c>&lt;|im_end|&gt;</c> and a line break.</summary>
    [JsonPropertyOrder(-1)]
    public string Text { get; } = Render(Turns);

    /// <summary>
    /// −ln of the probability of all choices that made the document. Where two ways of choosing give the same text this is
    /// above −ln of the text's probability, so its mean is an upper bound of the entropy, and close to it.
    /// </summary>
    public double Nats => Turns.Sum(turn => turn.Nats);

    /// <summary>The conversation up to and without one turn, ready for a model to write that turn.</summary>
    /// <param name="turn">Index in <see cref="Turns"/> of an assistant's turn.</param>
    /// <returns>ChatML that ends with the assistant's opening marker.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such turn or it is not the assistant's.</exception>
    public string PromptFor(int turn)
    {
        if (turn < 0 || turn >= Turns.Count || Turns[turn].Role != TurnRole.Assistant)
        {
            throw new ArgumentOutOfRangeException(nameof(turn), turn, "Name the index of an assistant's turn.");
        }

        return Render(Turns.Take(turn)) + ChatMarkers.Open(TurnRole.Assistant);
    }

    private static string Render(IEnumerable<SandboxTurn> turns)
    {
        var text = new StringBuilder();
        foreach (var turn in turns)
        {
            text.Append(ChatMarkers.Open(turn.Role)).Append(turn.Text).Append(ChatMarkers.Close);
        }

        return text.ToString();
    }
}
