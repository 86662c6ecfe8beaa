namespace Steering.Export.Checkpoints;

/// <summary>
/// Keys of <c>config.json</c> that change nothing about what a decoder computes, each group with the reason. A key that is in no
/// group and that no reader asks for is refused.
/// </summary>
internal static class HarmlessKeys
{
    /// <summary>Where the file comes from, and which programs wrote it or are meant to read it.</summary>
    private static readonly string[] Provenance =
    [
        "architectures", "auto_map", "dtype", "finetuning_task", "is_llama_config", "language", "tokenizer_class", "torch_dtype",
        "transformers.js_config", "transformers_version", "trust_remote_code", "unsloth_fixed", "unsloth_version",
    ];

    /// <summary>How a framework runs the same computation: kernels, memory, what else it returns.</summary>
    private static readonly string[] Execution =
    [
        "_attn_implementation", "_attn_implementation_autoset", "_flash_attn_2_enabled", "attn_implementation", "cache_implementation", "chunk_size_feed_forward",
        "flash_attn", "gradient_checkpointing", "output_attentions", "output_hidden_states", "pretraining_tp", "reorder_and_upcast_attn", "return_dict",
        "return_dict_in_generate", "torchscript", "use_bfloat16", "use_cache", "use_flash_attention", "use_flash_attention_2", "use_flash_attn",
    ];

    /// <summary>Training alone: dropout, initialisation, noise on embeddings.</summary>
    private static readonly string[] Training =
    [
        "attention_dropout", "attention_probs_dropout_prob", "attn_pdrop", "embd_pdrop", "hidden_dropout", "hidden_dropout_prob", "initializer_range",
        "mlp_dropout", "neftune_noise_alpha", "output_router_logits", "resid_pdrop", "router_aux_loss_coef", "router_jitter_noise", "tf_legacy_loss",
    ];

    /// <summary>Heads for other tasks than the next token, which a causal model does not have.</summary>
    private static readonly string[] OtherTasks =
    [
        "classifier_dropout", "classifier_dropout_prob", "cross_attention_hidden_size", "id2label", "label2id", "n_special", "num_labels", "predict_special_tokens",
        "problem_type", "pruned_heads", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj",
        "task_specific_params", "tie_encoder_decoder",
    ];

    /// <summary>Lengths and tokens that the tokenizer or the generation settings say again; contexts come from <c>max_position_embeddings</c>.</summary>
    private static readonly string[] Repeated =
    [
        "is_decoder", "max_seq_len", "max_sequence_length", "model_max_length", "n_ctx", "original_max_position_embeddings", "seq_length", "sep_token_id",
    ];

    /// <summary>Defaults of generation that transformers 4 kept here; a request says its own.</summary>
    private static readonly string[] Generation =
    [
        "bad_words_ids", "begin_suppress_tokens", "decoder_start_token_id", "diversity_penalty", "do_sample", "early_stopping", "encoder_no_repeat_ngram_size",
        "exponential_decay_length_penalty", "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length", "min_length", "no_repeat_ngram_size",
        "num_beam_groups", "num_beams", "num_return_sequences", "output_scores", "prefix", "remove_invalid_values", "repetition_penalty", "suppress_tokens",
        "temperature", "top_k", "top_p", "typical_p",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlySet<string> OfConfig { get; } =
        new HashSet<string>([.. Provenance, .. Execution, .. Training, .. OtherTasks, .. Repeated, .. Generation], StringComparer.Ordinal);
}
