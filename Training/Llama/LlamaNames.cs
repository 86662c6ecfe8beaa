using System.Globalization;

namespace Steering.Training.Llama;

/// <summary>Hugging Face's names of a Llama's tensors, and their shapes [out, in].</summary>
internal static class LlamaNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    /// <summary>Name of a block's tensor.</summary>
    public static string OfBlock(int block, string part) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{block}.{part}.weight");

    /// <summary>All tensors in order, with their shapes.</summary>
    public static IEnumerable<(string Name, long[] Shape)> All(LlamaSettings settings)
    {
        long d = settings.HiddenSize;
        yield return (Embedding, [settings.VocabularySize, d]);
        for (var block = 0; block < settings.BlockCount; block++)
        {
            foreach (var (part, shape) in Block(settings, d))
            {
                yield return (OfBlock(block, part), shape);
            }
        }

        yield return (FinalNorm, [d]);
        if (!settings.TiedEmbeddings)
        {
            yield return (Head, [settings.VocabularySize, d]);
        }
    }

    private static (string Part, long[] Shape)[] Block(LlamaSettings settings, long d)
    {
        long queries = settings.HeadCount * settings.HeadSize, keys = settings.KeyValueHeadCount * settings.HeadSize, inner = settings.IntermediateSize;
        return
        [
            ("input_layernorm", [d]),
            ("self_attn.q_proj", [queries, d]),
            ("self_attn.k_proj", [keys, d]),
            ("self_attn.v_proj", [keys, d]),
            ("self_attn.o_proj", [d, queries]),
            ("post_attention_layernorm", [d]),
            ("mlp.gate_proj", [inner, d]),
            ("mlp.up_proj", [inner, d]),
            ("mlp.down_proj", [d, inner]),
        ];
    }
}
