using Steering.Fuzz.Targets;

namespace Steering.Fuzz;

/// <summary>Every reader under attack. A new reader of outside files gets a line here.</summary>
internal static class FuzzTargets
{
    private static readonly IReadOnlyDictionary<string, Func<IFuzzTarget>> All = new SortedDictionary<string, Func<IFuzzTarget>>(StringComparer.Ordinal)
    {
        ["catalogue"] = () => new CatalogueTarget(),
        ["chat-template"] = () => new ChatTemplateTarget(),
        ["safetensors"] = () => new SafetensorsTarget(),
        ["gguf"] = () => new GgufTarget(),
        ["vector"] = () => new VectorTarget(),
        ["policy"] = () => new PolicyTarget(),
        ["manifest"] = () => new ManifestTarget(),
        ["genai-config"] = () => new GenAiConfigTarget(),
        ["tokenizer"] = () => new TokenizerTarget(),
        ["checkpoint-gguf"] = () => new CheckpointGgufTarget(),
        ["checkpoint-config"] = () => new CheckpointConfigTarget(),
        ["shard-index"] = () => new ShardIndexTarget(),
        ["hub-listing"] = () => new HubListingTarget(),
        ["hub-record"] = () => new HubRecordTarget(),
        ["activation-shards"] = () => new ActivationShardsTarget(),
        ["activation-state"] = () => new ActivationStateTarget(),
        ["graph-signature"] = () => new GraphSignatureTarget(),
        ["onnx"] = () => new OnnxTarget(),
        ["npz"] = () => new NpzTarget(),
        ["sae-config"] = () => new SaeConfigTarget(),
        ["sae-layouts"] = () => new SaeLayoutTarget(),
        ["sae-weights"] = () => new SaeWeightsTarget(),
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Makes one by name; the caller disposes of it.</summary>
    /// <exception cref="ArgumentException">There is no such target.</exception>
    public static IFuzzTarget Create(string name) => All.TryGetValue(name, out var make)
        ? make()
        : throw new ArgumentException($"There is no target '{name}'; there are {string.Join(", ", All.Keys)}.", nameof(name));
}
