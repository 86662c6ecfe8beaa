using System.Collections.Frozen;
using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// The tokens that end a generation by their texts, whatever the file's metadata says of them: what llama.cpp derives where a
/// conversion left out the end-of-turn token, or its type.
/// </summary>
internal static class GgufEndTokens
{
    private static readonly FrozenSet<string> Ends = FrozenSet.Create(
        StringComparer.Ordinal,
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>", "<|eom_id|>",
        "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>");

    private static readonly FrozenSet<string> Openings = FrozenSet.Create(StringComparer.Ordinal, "<|im_start|>", "<|start_header_id|>", "<|end_header_id|>", "<start_of_turn>");

    /// <summary>Whether a text is that of a control token.</summary>
    public static bool IsControl(string token) => Ends.Contains(token) || Openings.Contains(token);

    /// <summary>Ids of the tokens of a vocabulary that end a generation.</summary>
    public static IEnumerable<int> Of(GgufFile file)
    {
        if (!file.Metadata.TryGetValue("tokenizer.ggml.tokens", out var value))
        {
            yield break;
        }

        var tokens = value.AsStrings();
        for (var id = 0; id < tokens.Count; id++)
        {
            if (Ends.Contains(tokens[id]))
            {
                yield return id;
            }
        }
    }
}
