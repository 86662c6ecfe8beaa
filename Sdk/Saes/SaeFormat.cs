namespace Steering.Saes;

/// <summary>Layouts in which sparse autoencoders are published.</summary>
public enum SaeFormat
{
    /// <summary>SAELens: <c>cfg.json</c> and <c>sae_weights.safetensors</c>.</summary>
    SaeLens,

    /// <summary>Gemma Scope: <c>params.npz</c> (arXiv 2408.05147).</summary>
    GemmaScope,

    /// <summary>Gemma Scope 2: <c>config.json</c> and <c>params.safetensors</c>.</summary>
    GemmaScope2,

    /// <summary>Llama Scope: <c>hyperparams.json</c> and <c>checkpoints/final.safetensors</c> (arXiv 2410.20526).</summary>
    LlamaScope,

    /// <summary>EleutherAI's sparsify: <c>cfg.json</c> and <c>sae.safetensors</c>.</summary>
    Sparsify,

    /// <summary>dictionary_learning: <c>config.json</c> and <c>ae.safetensors</c>.</summary>
    DictionaryLearning,
}
