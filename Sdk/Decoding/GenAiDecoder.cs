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
        var text = new TokenText(Model, request.StopSequences);
        List<int>? kept = request.Monitor is null ? null : [];
        while (generation.MoveNext(cancellationToken))
        {
            var (piece, finish) = text.Append(generation.TokenId, generation.FinishReason);
            var token = new DecodedToken(generation.TokenId, piece, finish, Snapshot(generation));
            kept?.Add(token.Id);
            if (request.Monitor?.Observe(token) is { } back and > 0)
            {
                generation.Rewind(back);
                kept!.RemoveRange(kept.Count - back, back);
                text = new TokenText(Model, request.StopSequences, kept);
            }
            else
            {
                yield return token;
                if (finish != FinishReason.None)
                {
                    yield break;
                }
            }

            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    private static SiteActivations[] Snapshot(SteeredGeneration generation)
    {
        var sites = generation.Policy.Sites;
        var snapshot = sites.Count == 0 ? [] : new SiteActivations[sites.Count];
        for (var site = 0; site < snapshot.Length; site++)
        {
            snapshot[site] = new SiteActivations(sites[site].Site, sites[site].Rows, generation.Activations(site)[..sites[site].RowCount].ToArray());
        }

        return snapshot;
    }
}
