namespace Steering.Export.Checkpoints;

/// <summary>
/// The tensors of a checkpoint that its graph was not made of: each is known to change nothing, or the checkpoint is refused. A
/// fine-tune in tensors that nobody reads would be another model than the one that was asked for.
/// </summary>
internal static class UnreadTensors
{
    private const int Named = 5;

    /// <summary>Ends of names, with why they change nothing.</summary>
    private static readonly (string End, string Reason)[] Harmless =
    [
        ("rotary_emb.inv_freq", "the frequencies follow from the configuration, and older transformers saved them"),
        (".attn.bias", "gpt2's causal mask, saved as a buffer"),
        (".attn.masked_bias", "the number behind gpt2's mask"),
        (".attention.bias", "gpt_neox's causal mask, saved as a buffer"),
        (".attention.masked_bias", "the number behind gpt_neox's mask"),
    ];

    private static readonly string[] Heads = ["lm_head.weight", "embed_out.weight"];

    private static readonly string[] AdapterParts = [".lora_", "lora_A", "lora_B", "lora_embedding", ".base_layer.", "modules_to_save", "ia3_", "adapter_", "hada_w", "oft_", "vera_"];

    /// <summary>Checks what was left over.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="read">Names of the tensors that were used.</param>
    /// <returns>What the user should know, or null: biases that the configuration denies, which transformers leaves out too.</returns>
    /// <exception cref="SteeringException">There are tensors that could change the model.</exception>
    public static string? Check(ICheckpoint checkpoint, IReadOnlySet<string> read)
    {
        string[] unread = [.. checkpoint.TensorNames.Where(name => !read.Contains(name) && !IsHarmless(checkpoint.Config, name)).Order(StringComparer.Ordinal)];
        var denied = unread.Where(name => name.EndsWith(".bias", StringComparison.Ordinal) && read.Contains($"{name[..^".bias".Length]}.weight")).ToHashSet(StringComparer.Ordinal);
        string[] foreign = [.. unread.Where(name => !denied.Contains(name))];
        if (foreign.Length > 0)
        {
            var cure = Array.Exists(foreign, name => Array.Exists(AdapterParts, part => name.Contains(part, StringComparison.Ordinal)))
                ? "They look like an adapter's: merge it into the weights first (merge_and_unload of PEFT), and save that model."
                : "If they belong to another task, or to blocks beyond num_hidden_layers, save the model without them.";
            throw new SteeringException($"{checkpoint.Source} holds {foreign.Length} tensors that a {checkpoint.Config.ModelType} model of {checkpoint.Config.BlockCount} blocks does not have, and they would be ignored: {List(foreign)}. {cure}");
        }

        return denied.Count == 0 ? null : $"{checkpoint.Source} holds {denied.Count} biases that its configuration says are not there (attention_bias, mlp_bias); as in transformers they are left out: {List([.. denied.Order(StringComparer.Ordinal)])}.";
    }

    private static bool IsHarmless(CheckpointConfig config, string name) =>
        Array.Exists(Harmless, entry => name.EndsWith(entry.End, StringComparison.Ordinal))
        || (config.TiedEmbeddings && Array.Exists(Heads, head => string.Equals(head, name, StringComparison.Ordinal)));

    private static string List(string[] names) =>
        string.Join(", ", names.Take(Named)) + (names.Length > Named ? $" and {names.Length - Named} more" : string.Empty);
}
