using Steering;
using Steering.Sandbox;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;
using Steering.Tokenizers;
using Steering.Training.Selection;

namespace SandboxModel.Policies;

/// <summary>Texts that a dial's policy is learned from: replies of the generator itself, so that what becomes likelier is well-formed.</summary>
internal static class DialLessons
{
    private const int Wanted = 384;
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
        var prompts = ReplyPrompt.Of(documents).ToArray();
        DialExample[] wanted = [.. prompts.Where(recipe.Wanted).Take(Wanted).Select(prompt => recipe.Dial == SandboxDial.Reflect ? Reflection(prompt, tokenizer) : Reply(prompt, tokenizer, 1))];
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
    /// What opens a reflection counts; the rest of the solution is to stay. Were whole solutions wanted, their mistakes would be
    /// wanted too: most reflections follow one.
    /// </summary>
    private static DialExample Reflection(ReplyPrompt prompt, TextTokenizer tokenizer)
    {
        List<int> ids = [.. tokenizer.Encode(prompt.Text())];
        List<float> weights = [.. ids.Select(_ => 0f)];
        var parts = prompt.Written.Text.Split("\n\n");
        for (var part = 0; part < parts.Length; part++)
        {
            var last = part == parts.Length - 1;
            int[] step = tokenizer.Encode(parts[part] + (last ? ChatMarkers.Close : "\n\n"));
            var reflects = part < prompt.Written.Steps.Count && prompt.Written.Steps[part].Kind == StepKind.Reflection;
            ids.AddRange(step);
            weights.AddRange(step.Select((_, token) => token >= Opening ? KeptWeight : reflects ? 4f : 0));
        }

        return new DialExample(ids, weights);
    }
}
