using System.Runtime.CompilerServices;
using Steering.Models;

namespace Steering.Decoding;

/// <summary>
/// Decodes each turn on its own GenAI generator: every feature GenAI has, one conversation at a time a generator.
/// Thread-safe.
/// </summary>
/// <param name="model">The model; without it, turns end with <see cref="ObjectDisposedException"/>.</param>
public sealed class GenAiDecoder(SteerableModel model) : ISteeredDecoder
{
    /// <summary>The model that tokens come from.</summary>
    public SteerableModel Model { get; } = model;

    /// <inheritdoc/>
    public DecoderPulse Pulse => new() { IsRunning = !Model.IsDisposed };

    /// <inheritdoc/>
    public async IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The passes are native and blocking: leave the caller's thread before the first and after each token.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var generation = Model.Start(request, collectActivations: request.Policy.Sites.Count > 0);
        var tokens = new TurnTokens(Model, request);
        while (generation.MoveNext(cancellationToken))
        {
            if (tokens.Append(generation.TokenId, generation.FinishReason, SiteActivations.Of(generation.Policy, generation.Activations)) is { } token)
            {
                yield return token;
                if (token.FinishReason != FinishReason.None)
                {
                    yield break;
                }
            }
            else
            {
                generation.Rewind(tokens.TakenBack);
            }

            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }
}
