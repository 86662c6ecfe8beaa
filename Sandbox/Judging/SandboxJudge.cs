using Steering.Sandbox.Language;
using Steering.Sandbox.Language.Arithmetic;

namespace Steering.Sandbox.Judging;

/// <summary>
/// The ground truth of the sandbox: plain functions that read a label off a text. On everything that the sandbox's
/// generator writes they agree with the label it was written with; on other text they go by the same words.
/// </summary>
public static class SandboxJudge
{
    private const int LongestReply = 4096;
    private static readonly Register[] Registers = Enum.GetValues<Register>();
    private static readonly Topic[] Topics = Enum.GetValues<Topic>();

    /// <summary>Whether a text holds a rude word or phrase.</summary>
    /// <param name="text">A reply or a user's turn.</param>
    /// <returns>True where at least one is there, whatever else is.</returns>
    public static bool IsRude(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Lexicons.Count(Sandbox.Register.Rude, WordSplitter.Words(text)) > 0;
    }

    /// <summary>The register whose markers a text holds most of.</summary>
    /// <param name="text">A reply or a user's turn.</param>
    /// <returns>The register; neutral where there is no marker. A tie goes to the ruder (later) one.</returns>
    public static Register Register(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = WordSplitter.Words(text);
        var best = Sandbox.Register.Neutral;
        var most = 0;
        foreach (var register in Registers)
        {
            var count = Lexicons.Count(register, words);
            if (count > 0 && count >= most)
            {
                (best, most) = (register, count);
            }
        }

        return best;
    }

    /// <summary>The topic whose words a text holds most of.</summary>
    /// <param name="text">A reply or a user's turn.</param>
    /// <returns>The topic; null where there is none or two have the same count.</returns>
    public static Topic? Topic(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = WordSplitter.Words(text);
        Topic? best = null;
        var most = 0;
        foreach (var topic in Topics)
        {
            var count = Lexicons.Count(topic, words);
            if (count > most)
            {
                (best, most) = (topic, count);
            }
            else if (count == most)
            {
                best = null;
            }
        }

        return best;
    }

    /// <summary>Whether a reply looks again at what it said ("Wait, let me check …", "Hold on").</summary>
    /// <param name="text">A reply.</param>
    /// <returns>True where a reflection's words are there.</returns>
    public static bool HasReflection(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Lexicons.Reflection.Count(WordSplitter.Words(text)) > 0;
    }

    /// <summary>The steps of a reply, which blank lines separate, without a verdict on their correctness.</summary>
    /// <param name="reply">A reply.</param>
    /// <returns>The steps in order; <see cref="ReplyStep.Correct"/> is null.</returns>
    public static IReadOnlyList<ReplyStep> StepsOf(string reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return StepReader.Read(problem: null, reply);
    }

    /// <summary>The steps of a reply, followed along the problem it answers.</summary>
    /// <param name="problem">The user's turn that holds the word problem.</param>
    /// <param name="reply">The reply.</param>
    /// <returns>The steps in order; <see cref="ReplyStep.Correct"/> is null where the text holds no problem.</returns>
    public static IReadOnlyList<ReplyStep> StepsOf(string problem, string reply)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(reply);
        return StepReader.Read(WordProblem.TryParse(problem), reply);
    }

    /// <summary>Whether the reply's last line "Answer: …" has the number that the problem asks for.</summary>
    /// <param name="problem">The user's turn that holds the word problem.</param>
    /// <param name="reply">The reply.</param>
    /// <returns>False too where there is no such line or no problem.</returns>
    public static bool FinalAnswerIsCorrect(string problem, string reply) =>
        StepsOf(problem, reply).LastOrDefault(step => step.Kind == StepKind.Final)?.Correct ?? false;

    /// <summary>
    /// Whether a reply is one that the sandbox's grammar can write. It must have been ended by the model itself, and be
    /// either talk: an opening, an answer to a question of any topic or of small talk, a comment and a closing, of which
    /// only the answer must be there; or a solution: what is given, calculations, second looks and a last line "Answer: …",
    /// with blank lines between the steps, and perhaps an opening and a closing. Opening, comment and closing must be of one
    /// register, which only the neutral one shows by their absence. Every sentence must be one of the grammar's, letter by
    /// letter; which of its names, things and numbers it holds is free, so a false answer can be well-formed.
    /// </summary>
    /// <param name="reply">The reply without its end marker.</param>
    /// <param name="ended">Whether the end marker followed; false for a reply that was cut off.</param>
    /// <returns>True for every reply of the generator; false for anything cut, misspelt, repeated or mixed.</returns>
    public static bool IsWellFormed(string reply, bool ended)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return ended && reply.Length <= LongestReply && (ReplyGrammar.Instance.IsTalk(reply) || ReplyGrammar.Instance.IsSolution(reply));
    }
}
