using System.Runtime.CompilerServices;
using Steering.Compilation;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>
/// A decoder without a model: token and activation are a hash of the tokens before and of whether the filter's policy is in
/// force, so that a rewind changes what follows, as it does on a model.
/// </summary>
/// <param name="seed">Which stream.</param>
/// <param name="share">Share of positions with an activation above 1.</param>
/// <param name="asks">Whether it asks the request's monitor and takes tokens back.</param>
internal sealed class ScriptedDecoder(int seed, double share, bool asks) : ISteeredDecoder
{
    private const int Letters = 26;

    /// <summary>Tokens computed in all.</summary>
    public int Computed { get; private set; }

    public async IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var ids = request.PromptIds.ToList();
        var prompt = ids.Count;
        while (true)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Computed++;
            var strong = request.Callbacks.Any(callback => callback.Key.Contains("alarm", StringComparison.Ordinal) && callback.Value(new GateContext(false, ids.Count - prompt, ids[^1], [])));
            var draw = new Random(HashCode(ids, strong));
            var value = draw.NextDouble() < (strong ? share / 2 : share) ? 1.001f + (float)draw.NextDouble() : (float)draw.NextDouble();
            ids.Add('a' + draw.Next(Letters));
            var finish = ids.Count - prompt >= request.MaxTokens ? FinishReason.Length : FinishReason.None;
            var token = new DecodedToken(ids[^1], ((char)ids[^1]).ToString(), finish, Site(value));
            if (asks && request.Monitor?.Observe(token) is { } back and > 0)
            {
                Assert.IsLessThanOrEqualTo(ids.Count - prompt, back);
                ids.RemoveRange(ids.Count - back, back);
                continue;
            }

            yield return token;
            if (finish != FinishReason.None)
            {
                yield break;
            }
        }
    }

    // As many sites as a policy of these tests may have, and the value in every row.
    private static SiteActivations[] Site(float value)
    {
        ProgramRow[] rows = [new("w", -1, -1), new("w", -1, -1)];
        return [new(TinyModel.Site, rows, new[] { value, value }), new(TinyModel.LastSite, rows, new[] { value, value })];
    }

    // System.HashCode is random in every process.
    private int HashCode(List<int> ids, bool strong)
    {
        var hash = (uint)seed * 2654435761u;
        foreach (var id in ids)
        {
            hash = ((hash ^ (uint)id) * 16777619u) + 1;
        }

        return (int)((hash ^ (strong ? 0x9e3779b9u : 0)) & int.MaxValue);
    }
}
