using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steering.Decoding;
using Steering.IO;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// Decodes many conversation turns at once on one ONNX Runtime session: each with its own policy, length, sampler, seed and
/// stop rule. Turns join and leave while others are decoded, and a turn's tokens are those it would get alone. Thread-safe.
/// </summary>
/// <remarks>
/// Gate callbacks run on the decoder's thread: they must be quick, and one that throws ends its own turn only. A turn is
/// decoded up to <see cref="BatchingDecoderOptions.ReadAhead"/> tokens ahead of its reader. Whoever stops reading before
/// the last token must dispose the enumerator (<c>await foreach</c> does), or the turn keeps its slot until
/// <see cref="BatchingDecoderOptions.ReaderTimeout"/>.
/// </remarks>
public sealed class BatchingDecoder : ISteeredDecoder, IDisposable
{
    private readonly BatchingDecoderOptions _options;
    private readonly NativeLease _lease;
    private readonly BatchLoop _loop;

    /// <summary>Opens the model's graph and starts the thread that decodes.</summary>
    /// <param name="model">The model, on the processor; it is kept while the decoder lives, even if it is disposed of meanwhile. Its weights are in memory once more if GenAI's model is loaded too (<see cref="SteerableModelOptions.LoadGenAiWhenNeeded"/>).</param>
    /// <param name="options">Slots and queue, or null for the defaults.</param>
    /// <param name="time">The clock that <see cref="BatchingDecoderOptions.ReaderTimeout"/> goes by, or null for the system's.</param>
    /// <param name="logger">Receives an error when the decoder stops by a failure; null logs nothing.</param>
    /// <exception cref="SteeringException">An option is outside its range, or the model's graph cannot be batched.</exception>
    public BatchingDecoder(SteerableModel model, BatchingDecoderOptions? options = null, TimeProvider? time = null, ILogger<BatchingDecoder>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new BatchingDecoderOptions();
        _options.Validate();
        Model = model;
        _lease = model.Lease();
        try
        {
            _loop = new BatchLoop(model, _options, time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance);
        }
        catch
        {
            _lease.Dispose();
            throw;
        }
    }

    /// <summary>The model that tokens come from.</summary>
    public SteerableModel Model { get; }

    /// <summary>Number of turns that have a slot.</summary>
    public int ActiveCount => _loop.Active;

    /// <summary>Number of turns that wait for one.</summary>
    public int WaitingCount => _loop.Waiting;

    /// <inheritdoc/>
    public DecoderPulse Pulse => _loop.Pulse;

    /// <summary>The loop, for measurements.</summary>
    internal BatchLoop Loop => _loop;

    /// <inheritdoc/>
    /// <exception cref="DecoderBusyException">Everything is taken, and the options say to refuse.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed, before or meanwhile.</exception>
    /// <exception cref="SteeringException">
    /// The request does not fit the model; the turn's reader rested longer than <see cref="BatchingDecoderOptions.ReaderTimeout"/>; or
    /// the decoder failed, before or meanwhile, and the failure is the inner exception.
    /// </exception>
    public async IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var row = CreateRow(request);
        var tokens = new TurnTokens(Model, request);
        cancellationToken.ThrowIfCancellationRequested();
        await _loop.AddAsync(row, cancellationToken).ConfigureAwait(false);
        try
        {
            for (var count = 0; ; count++)
            {
                if (!row.Tokens.TryRead(out var token))
                {
                    var more = await row.Tokens.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
                    ObjectDisposedException.ThrowIf(!more, this);
                    row.Tokens.TryRead(out token);
                }

                if (row.IsHeld)
                {
                    _loop.Wake();
                }

                cancellationToken.ThrowIfCancellationRequested();
                var told = token.Told ?? tokens.Append(token.Id, token.FinishReason, row.ActivationsOf(count))!;
                yield return told;
                if (told.FinishReason != FinishReason.None)
                {
                    yield break;
                }
            }
        }
        finally
        {
            _loop.Release(row);
        }
    }

    /// <summary>Ends every turn with <see cref="ObjectDisposedException"/>, after the pass that runs.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _lease.Dispose();
    }

    private BatchRow CreateRow(DecodeRequest request)
    {
        int[] prompt = [.. request.PromptIds];
        DecodeRequestCheck.Run(Model, request, prompt);
        if (prompt.Length + request.MaxTokens > _loop.MaxTokens)
        {
            throw new SteeringException($"The prompt has {prompt.Length} tokens and {request.MaxTokens} more are asked for, which is beyond the {_loop.MaxTokens} that this decoder was given room for. Shorten the prompt, lower MaxTokens, or raise BatchingDecoderOptions.MaxTokens.");
        }

        if (request.Reservations.Count > 0)
        {
            throw new SteeringException("The request reserves rows for a policy that replaces its own, which a batch does not do. Leave Reservations empty, or decode with SteerableModel.Start.");
        }

        return new BatchRow(request, prompt, Model, _options.ReadAhead);
    }
}
