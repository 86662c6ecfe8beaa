namespace Steering.Models;

/// <summary>How a model folder is loaded.</summary>
public sealed record SteerableModelOptions
{
    /// <summary>Where the model runs. Default: the processor.</summary>
    public ExecutionDevice Device { get; init; } = ExecutionDevice.Cpu;

    /// <summary>
    /// Whether the weights' SHA-256 is compared with the manifest's. Default: true. It is computed while the model
    /// loads, so it costs little; the graph's own fingerprint is always compared.
    /// </summary>
    public bool VerifyWeights { get; init; } = true;

    /// <summary>Threads of one forward pass, 1 to 1024, or 0 for ONNX Runtime's choice (one a physical core).</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether <c>genai_config.json</c> may name libraries (custom operators, execution providers) that are loaded into this
    /// process. Their code runs as soon as they are loaded, so a folder that names one is refused. Default: false.
    /// </summary>
    public bool AllowCustomOperators { get; init; }

    /// <summary>
    /// Whether GenAI's model, which holds a copy of the weights of its own, is loaded when it is first needed and not with the
    /// folder. <see cref="Batching.BatchingDecoder"/> and <see cref="ForwardPass"/> never need it; generations and
    /// <see cref="Decoding.GenAiDecoder"/> do, and then wait for it, and what is wrong with the folder may show only then.
    /// Default: false.
    /// </summary>
    public bool LoadGenAiWhenNeeded { get; init; }
}
