using Steering.Decoding;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// Decodes many turns for throughput: in a batch where the model's graph can be decoded in one, otherwise each turn alone; and
/// says which. What a turn becomes depends on its request and on <see cref="Kind"/>, not on what is decoded beside it.
/// </summary>
public sealed class BulkDecoder : ISteeredDecoder, IDisposable
{
    private static readonly BatchingDecoderOptions Throughput = new()
    {
        Slots = 16,

        // So that a turn that ends is followed by the next at once.
        QueueLength = 16,
        PrefillShare = 16,
        ReadAhead = 256,
        Threads = Environment.ProcessorCount,
    };

    private readonly ISteeredDecoder _decoder;

    private BulkDecoder(SteerableModel model, ISteeredDecoder decoder, int parallelism, string? refusal)
    {
        (Model, _decoder, Parallelism, Refusal) = (model, decoder, parallelism, refusal);
        Kind = decoder is BatchingDecoder ? DecoderChoice.Batch : DecoderChoice.GenAi;
    }

    /// <summary>The model that tokens come from.</summary>
    public SteerableModel Model { get; }

    /// <summary><see cref="DecoderChoice.Batch"/> or <see cref="DecoderChoice.GenAi"/>.</summary>
    public DecoderChoice Kind { get; }

    /// <summary>Turns that are to be given to it at once to keep it busy; more do no harm.</summary>
    public int Parallelism { get; }

    /// <summary>Why turns are not decoded in a batch, though it was left to the decoder; otherwise null.</summary>
    public string? Refusal { get; }

    /// <summary>Makes the decoder.</summary>
    /// <param name="model">The model; it must outlive the decoder. A batch has a copy of its weights beside GenAI's (<see cref="SteerableModelOptions.LoadGenAiWhenNeeded"/>) and uses every core.</param>
    /// <param name="choice">Which decoder.</param>
    /// <exception cref="SteeringException">A batch was asked for, and the model's graph cannot be decoded in one.</exception>
    public static BulkDecoder Create(SteerableModel model, DecoderChoice choice = DecoderChoice.Auto)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (choice == DecoderChoice.GenAi)
        {
            return Alone(model, refusal: null);
        }

        try
        {
            return new BulkDecoder(model, new BatchingDecoder(model, Throughput), Throughput.Slots + Throughput.QueueLength, refusal: null);
        }
        catch (SteeringException exception) when (choice == DecoderChoice.Auto)
        {
            return Alone(model, exception.Message);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, CancellationToken cancellationToken = default) => _decoder.DecodeAsync(request, cancellationToken);

    /// <inheritdoc/>
    public DecoderPulse Pulse => _decoder.Pulse;

    /// <inheritdoc/>
    public void Dispose() => (_decoder as IDisposable)?.Dispose();

    private static BulkDecoder Alone(SteerableModel model, string? refusal) =>
        new(model, new GenAiDecoder(model), model.Options.Threads == 1 ? Environment.ProcessorCount : 1, refusal);
}
