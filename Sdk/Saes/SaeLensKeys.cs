using System.Collections.Frozen;

namespace Steering.Saes;

/// <summary>
/// The keys of a SAELens <c>cfg.json</c> that say how the autoencoder was trained, stored or recorded, and change
/// nothing at inference. Every other key is honoured or refused by name.
/// </summary>
internal static class SaeLensKeys
{
    /// <summary>Harmless keys, of v6 and of the flat layouts before it (which hold the whole training configuration).</summary>
    public static FrozenSet<string> Harmless { get; } = FrozenSet.Create(
        StringComparer.Ordinal,

        // Where it ran and what wrote it.
        "device", "act_store_device", "sae_lens_version", "sae_lens_training_version", "neuronpedia_id", "seed", "verbose", "resume", "run_name", "unique_id",
        "autocast", "autocast_lm", "compile_llm", "llm_compilation_mode", "compile_sae", "sae_compilation_mode", "n_checkpoints", "checkpoint_path", "save_final_checkpoint", "output_path", "log_checkpoints",

        // What it was trained on. The hook point and the model's name are read; these say how the text was prepared.
        "model_class_name", "model_kwargs", "model_from_pretrained_kwargs", "hook_layer", "hook_point_layer", "hook_eval", "hook_point_eval", "dataset_path", "dataset_trust_remote_code", "streaming", "is_dataset_tokenized", "tokens_per_buffer", "context_size", "prepend_bos", "seqpos_slice", "exclude_special_tokens", "disable_concat_sequences", "sequence_separator_token",
        "use_cached_activations", "cached_activations_path", "n_batches_in_buffer", "n_batches_for_norm_estimate", "activations_mixing_fraction", "store_batch_size", "store_batch_size_prompts", "model_batch_size",

        // Initialisation.
        "expansion_factor", "b_dec_init_method", "decoder_init_norm", "decoder_orthogonal_init", "decoder_heuristic_init", "decoder_heuristic_init_norm", "init_encoder_as_decoder_transpose", "normalize_sae_decoder", "from_pretrained_path", "jumprelu_init_threshold",

        // Loss and optimiser.
        "l1_coefficient", "l1_warm_up_steps", "l0_coefficient", "l0_warm_up_steps", "lp_norm", "l0_lambda", "target_l0", "pre_act_loss_coefficient", "jumprelu_bandwidth", "jumprelu_sparsity_loss_mode", "jumprelu_tanh_scale", "jumprelu_ste_to_input", "mse_loss_normalization", "scale_sparsity_penalty_by_decoder_norm", "noise_scale", "aux_loss_coefficient", "use_sparse_activations", "topk_threshold_lr", "matryoshka_widths", "use_matryoshka_aux_loss",
        "lr", "lr_end", "lr_scheduler_name", "lr_warm_up_steps", "lr_decay_steps", "n_restart_cycles", "adam_beta1", "adam_beta2", "train_batch_size", "train_batch_size_tokens", "training_tokens", "total_training_tokens", "total_training_steps", "finetuning_tokens", "finetuning_method",

        // Dead latents, evaluation, logging.
        "use_ghost_grads", "feature_sampling_window", "feature_sampling_method", "feature_reinit_scale", "resample_batches", "dead_feature_window", "dead_feature_threshold", "dead_feature_estimation_method", "n_eval_batches", "eval_batch_size_prompts", "eval_every_n_wandb_logs",
        "log_to_wandb", "log_activations_store_to_wandb", "log_optimizer_state_to_wandb", "wandb_project", "wandb_id", "wandb_entity", "wandb_log_frequency");
}
