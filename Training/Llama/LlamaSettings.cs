using Steering.Export.Checkpoints;

namespace Steering.Training.Llama;

/// <summary>The shape of a Llama: pre-normalised blocks of grouped-query attention with rotary positions and a gated feed-forward.</summary>
public sealed record LlamaSettings
{
    /// <summary>Entries of the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Number of attention heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Number of key and value heads; <see cref="HeadCount"/> is a multiple of it.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of a head: an even number.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the feed-forward.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>The most positions that the model reads.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public float RopeTheta { get; init; } = 10_000;

    /// <summary>Added to the mean square in every normalisation.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Whether the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>The shape of a checkpoint.</summary>
    /// <param name="config">Its configuration.</param>
    /// <exception cref="SteeringException">It is no plain Llama; the message names what is different.</exception>
    public static LlamaSettings From(CheckpointConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var other = (config.ModelType != "llama") ? $"model type '{config.ModelType}'"
            : config.RopeScaling is not null || config.RopeFrequencyDivisors is not null || config.RotaryFraction != 1 ? "scaled or partial rotary positions"
            : config.AttentionBias || config.AttentionOutputBias || config.MlpBias ? "biases"
            : config.Activation != "silu" ? $"activation '{config.Activation}'"
            : null;
        return other is null
            ? new LlamaSettings
            {
                VocabularySize = config.VocabularySize,
                HiddenSize = config.HiddenSize,
                BlockCount = config.BlockCount,
                HeadCount = config.HeadCount,
                KeyValueHeadCount = config.KeyValueHeadCount,
                HeadSize = config.HeadSize,
                IntermediateSize = config.IntermediateSize,
                ContextLength = config.ContextLength,
                RopeTheta = config.RopeTheta,
                NormEpsilon = config.NormEpsilon,
                TiedEmbeddings = config.TiedEmbeddings,
            }.Checked()
            : throw new SteeringException($"{config.ModelName} has {other}; in TorchSharp only a plain Llama (no biases, plain rotary positions, SiLU) is built.");
    }

    /// <summary>The same settings, when a model can have them.</summary>
    /// <exception cref="SteeringException">They contradict each other.</exception>
    public LlamaSettings Checked()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(VocabularySize), VocabularySize), (nameof(HiddenSize), HiddenSize), (nameof(BlockCount), BlockCount), (nameof(HeadCount), HeadCount),
            (nameof(KeyValueHeadCount), KeyValueHeadCount), (nameof(HeadSize), HeadSize), (nameof(IntermediateSize), IntermediateSize), (nameof(ContextLength), ContextLength),
        })
        {
            if (value < 1)
            {
                throw new SteeringException($"{name} is {value}; a Llama needs at least 1.");
            }
        }

        return HeadSize % 2 != 0 ? throw new SteeringException($"{nameof(HeadSize)} is {HeadSize}; rotary positions turn pairs, so an even number is needed.")
            : HeadCount % KeyValueHeadCount != 0 ? throw new SteeringException($"{HeadCount} heads cannot share {KeyValueHeadCount} key and value heads evenly; choose a divisor.")
            : this;
    }
}
