using System.Globalization;
using Steering.Tensors;

namespace Steering.Export.Checkpoints.Gguf;

/// <summary>
/// How one architecture is written in GGUF, and how that becomes the Hugging Face form: names, hyper-parameters, and
/// what the conversion to GGUF did to the numbers.
/// </summary>
internal abstract class GgufArchitecture
{
    private const string BlockPrefix = "blk.";

    private static readonly GgufArchitecture[] All =
        [new GgufLlama(), new GgufQwen2(), new GgufQwen3(), new GgufGemma2(), new GgufGemma3(), new GgufPhi3(), new GgufGpt2(), new GgufGptNeoX()];

    /// <summary><c>general.architecture</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Hugging Face's <c>model_type</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>Added to every norm's weight by the conversion, to be taken off again.</summary>
    public virtual float NormOffset => 0;

    /// <summary>Key of the norm's epsilon.</summary>
    public virtual string EpsilonKey => "attention.layer_norm_rms_epsilon";

    /// <summary>Tensors that are settings, not weights.</summary>
    public virtual IReadOnlySet<string> Settings { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What stands before a block's number in a Hugging Face name.</summary>
    protected virtual string HuggingFaceBlockPrefix => "model.layers.";

    /// <summary>Names outside the blocks, without <c>.weight</c>.</summary>
    protected virtual IReadOnlyDictionary<string, string> OuterNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["token_embd"] = "model.embed_tokens",
        ["output_norm"] = "model.norm",
        ["output"] = "lm_head",
    };

    /// <summary>Names inside a block, without <c>.weight</c>.</summary>
    protected abstract IReadOnlyDictionary<string, string> BlockNames { get; }

    /// <summary>The architecture of a file.</summary>
    /// <exception cref="SteeringException">It is none that this library knows.</exception>
    public static GgufArchitecture Find(GgufFile file)
    {
        var name = file.Metadata.TryGetValue("general.architecture", out var value)
            ? value.AsString()
            : throw new SteeringException($"{file.Path} lacks the required metadata key 'general.architecture'.");
        return Array.Find(All, candidate => string.Equals(candidate.Name, name, StringComparison.Ordinal))
            ?? throw new SteeringException($"{file.Path} holds the architecture '{name}'; one of {string.Join(", ", All.Select(known => known.Name))} was expected.");
    }

    /// <summary>Completes the configuration with what only this architecture has.</summary>
    public abstract CheckpointConfig Configure(CheckpointConfig common, GgufKeys keys, GgufFile file);

    /// <summary>
    /// The row of the file that holds a row of the Hugging Face tensor, or null when they are the same.
    /// </summary>
    /// <param name="part">Name inside the block, as in <c>attn_q</c>.</param>
    /// <param name="config">The model's configuration.</param>
    public virtual Func<long, long>? RowOrder(string part, CheckpointConfig config) => null;

    /// <summary>The Hugging Face name of a tensor and its name inside the block (empty outside), or null when it is unknown.</summary>
    public (string HuggingFace, string Part)? Translate(string name, int blockCount)
    {
        var dot = name.LastIndexOf('.');
        if (dot < 0 || name[dot..] is not (".weight" or ".bias"))
        {
            return null;
        }

        var (stem, suffix) = (name[..dot], name[dot..]);
        if (OuterNames.TryGetValue(stem, out var outer))
        {
            return (outer + suffix, string.Empty);
        }

        return stem.StartsWith(BlockPrefix, StringComparison.Ordinal)
            && stem[BlockPrefix.Length..].Split('.', 2) is [var number, var part]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var block)
            && block < blockCount
            && BlockNames.TryGetValue(part, out var inner)
                ? ($"{HuggingFaceBlockPrefix}{block}.{inner}{suffix}", part)
                : null;
    }

    /// <summary>Whether block 0 has a bias of that name.</summary>
    protected static bool HasBias(GgufFile file, string part) => file.Tensors.ContainsKey($"{BlockPrefix}0.{part}.bias");

    /// <summary>All blocks when there is a window.</summary>
    protected static CheckpointConfig Slide(CheckpointConfig config, int? window, Func<int, bool> slides)
    {
        var blocks = window is null ? [] : Enumerable.Range(0, config.BlockCount).Where(slides).ToHashSet();
        return config with { SlidingWindow = blocks.Count == 0 ? null : window, SlidingBlocks = blocks };
    }
}
