using Steering;
using Steering.Sandbox;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;
using Steering.Tokenizers;
using Steering.Training.Selection;

namespace SandboxModel.Policies;

/// <summary>What a dial wants to be said and what not, as pairs of continuations of the generator's own prompts.</summary>
internal static class DialPairs
{
    /// <summary>Tokens of a continuation: an opening and what follows it.</summary>
    private const int Length = 12;

    /// <summary>Pairs for a dial.</summary>
    /// <param name="dial">The dial.</param>
    /// <param name="documents">Documents that prompts and continuations are taken from.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="count">The most pairs.</param>
    /// <exception cref="SteeringException">The documents hold none.</exception>
    public static IReadOnlyList<ContinuationPair> Of(SandboxDial dial, IReadOnlyList<SandboxDocument> documents, TextTokenizer tokenizer, int count)
    {
        // Where what the dial counts happens by itself the features behind it are active.
        var prompts = ReplyPrompt.Of(documents).Where(dial == SandboxDial.Rude ? SandboxDial.Friendly.Suits : dial.Suits).Take(count).ToArray();
        var pairs = dial == SandboxDial.Reflect
            ? [.. prompts.Select(prompt => AtReflection(prompt, tokenizer)).OfType<ContinuationPair>()]
            : OfReplies(dial, prompts, documents, tokenizer);
        return pairs.Count > 0 ? pairs : throw new SteeringException($"{documents.Count} documents hold no pair of replies for '{dial.Name}'. Read more of them (--documents).");
    }

    /// <summary>Replies of the wanted kind against the others; each prompt gets one of both, from any document.</summary>
    private static List<ContinuationPair> OfReplies(SandboxDial dial, ReplyPrompt[] prompts, IReadOnlyList<SandboxDocument> documents, TextTokenizer tokenizer)
    {
        if (prompts.Length == 0)
        {
            return [];
        }

        var replies = ReplyPrompt.Of(documents)
            .Where(prompt => !prompt.IsProblem && prompt.Document.Instruction == Instruction.None)
            .Select(prompt => Start(prompt.Written.Text, tokenizer))
            .ToLookup(start => dial.IsHit(new SandboxReply(prompts[0], tokenizer.Decode(start), Ended: false)) == dial.Raises);
        int[][] wanted = [.. replies[true]];
        int[][] unwanted = [.. replies[false]];
        return wanted.Length == 0 || unwanted.Length == 0
            ? []
            : [.. prompts.Select((prompt, i) => new ContinuationPair(tokenizer.Encode(prompt.Text()), wanted[i % wanted.Length], unwanted[i % unwanted.Length]))];
    }

    /// <summary>A solution up to a reflection: the reflection against the step that comes after it. Null where there is none.</summary>
    private static ContinuationPair? AtReflection(ReplyPrompt prompt, TextTokenizer tokenizer)
    {
        var steps = prompt.Written.Text.Split("\n\n");
        var at = prompt.Written.Steps.TakeWhile(step => step.Kind != StepKind.Reflection).Count();
        return at == 0 || at + 1 >= steps.Length
            ? null
            : new ContinuationPair(tokenizer.Encode(prompt.Text() + string.Join("\n\n", steps[..at]) + "\n\n"), Start(steps[at], tokenizer), Start(steps[at + 1], tokenizer));
    }

    private static int[] Start(string text, TextTokenizer tokenizer) => [.. tokenizer.Encode(text).Take(Length)];
}
