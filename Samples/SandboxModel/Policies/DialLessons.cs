using Steering;
using Steering.Analysis.Selection;
using Steering.Sandbox;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Labelling;
using Steering.Sandbox.Replies;
using Steering.Tokenizers;

namespace SandboxModel.Policies;

/// <summary>Texts that a dial's policy is learned from: replies of the generator itself, so that what becomes likelier is well-formed.</summary>
internal static class DialLessons
{
    private const int Wanted = 512;
    private const int Kept = 256;

    /// <summary>What a token of a reply that is to stay counts, beside 1 for a wanted one.</summary>
    private const float KeptWeight = 0.5f;

    /// <summary>Tokens of a reflection that decide that it is one.</summary>
    private const int Opening = 4;

    /// <summary>The texts of a dial.</summary>
    /// <param name="recipe">The dial.</param>
    /// <param name="documents">Documents that replies are taken from.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <exception cref="SteeringException">The documents hold no reply of the wanted kind.</exception>
    public static IReadOnlyList<DialExample> Of(DialRecipe recipe, IReadOnlyList<SandboxDocument> documents, TextTokenizer tokenizer)
    {
        var labeller = new TokenLabeller(tokenizer);
        var prompts = ReplyPrompt.Of(documents).ToArray();
        DialExample[] wanted = [.. prompts.Where(recipe.Wanted).Take(Wanted).Select(prompt => recipe.Dial == SandboxDial.Reflect ? Reflection(prompt, labeller) : recipe.Topic is { } topic ? About(topic, prompt, labeller) : Reply(prompt, tokenizer, 1))];
        return wanted.Length > 0
            ? [.. wanted, .. prompts.Where(recipe.Kept).Take(Kept).Select(prompt => Reply(prompt, tokenizer, KeptWeight))]
            : throw new SteeringException($"{documents.Count} documents hold no reply that '{recipe.Dial.Name}' wants. Read more of them (--documents).");
    }

    /// <summary>A whole reply counts.</summary>
    private static DialExample Reply(ReplyPrompt prompt, TextTokenizer tokenizer, float weight)
    {
        int[] asked = tokenizer.Encode(prompt.Text());
        int[] replied = tokenizer.Encode(prompt.Written.Text + ChatMarkers.Close);
        return new DialExample([.. asked, .. replied], [.. asked.Select(_ => 0f), .. replied.Select(_ => weight)]);
    }

    /// <summary>
    /// What a reply says until the first word of its topic counts, for there the topic is chosen; what comes after follows from it
    /// and is to stay.
    /// </summary>
    private static DialExample About(Topic topic, ReplyPrompt prompt, TokenLabeller labeller)
    {
        var (ids, labels) = labeller.Label(prompt.Document);
        var word = "word of " + topic.ToString().ToLowerInvariant();
        var weights = new float[ids.Count];
        var (named, within) = (false, false);
        for (var token = 1; token < ids.Count && !labels[token].Contains("end of the reply", StringComparer.Ordinal); token++)
        {
            if (!labels[token].Contains("the reply", StringComparer.Ordinal))
            {
                continue;
            }

            var of = labels[token].Contains(word, StringComparer.Ordinal);
            (named, within) = (named || (within && !of), of);
            weights[token] = named ? KeptWeight : 1;
        }

        return new DialExample(ids, weights);
    }

    /// <summary>
    /// What opens a reflection counts; the rest of the replies is to stay, but for what else opens a step. Were whole solutions
    /// wanted, their mistakes would be wanted too: most reflections follow one.
    /// </summary>
    private static DialExample Reflection(ReplyPrompt prompt, TokenLabeller labeller)
    {
        var (ids, labels) = labeller.Label(prompt.Document);
        var weights = new float[ids.Count];
        var opening = 0;
        for (var token = 1; token < ids.Count; token++)
        {
            opening = labels[token - 1].Contains("blank line between steps", StringComparer.Ordinal) ? Opening : opening - 1;
            weights[token] = !labels[token].Contains("the reply", StringComparer.Ordinal) ? 0 : opening <= 0 ? KeptWeight : labels[token].Contains("reflection step", StringComparer.Ordinal) ? 2 : 0;
        }

        return new DialExample(ids, weights);
    }
}
