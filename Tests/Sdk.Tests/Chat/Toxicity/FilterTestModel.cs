using Microsoft.Extensions.AI;
using Steering.Chat;
using Steering.Chat.Toxicity;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>The tiny model with a policy to switch to, a probe to watch, and clients on them.</summary>
internal static class FilterTestModel
{
    public const string Strong = "strong";

    private static readonly Lazy<SteeringEngine> Shared = new(() => new SteeringEngine(
        TinyModel.Engine.Model,
        TinyModel.Engine.Resources,
        new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { [Strong] = TinyModel.Push(30, InterventionSpan.Completion) })
    { OwnsModel = false });

    public static SteeringEngine Engine => Shared.Value;

    public static ToxicityWatch Probe(float on, float? off = null, int seed = 5) =>
        new(Steering.Policies.Direction.At(TinyModel.LastSite, TinyModel.Direction(seed))) { On = on, Off = off, Name = "probe" };

    public static ToxicityFilterOptions Options(ToxicityFilterAction action, float on, int holdBack = 2)
    {
        var options = new ToxicityFilterOptions { Action = action, HoldBack = holdBack };
        options.Policy = action is ToxicityFilterAction.Attenuate or ToxicityFilterAction.Rewind ? Strong : null;
        options.Watches.Add(Probe(on));
        return options;
    }

    public static ToxicityFilterChatClient Client(ToxicityFilterOptions options, int maxTokens = 16, Steering.Decoding.ISteeredDecoder? decoder = null) =>
        new(new SteeredChatClient(Engine, new SteeredChatClientOptions { MaxOutputTokens = maxTokens }, decoder), options);

    /// <summary>The value of the only watch that led to each token, and the token, as the caller gets them.</summary>
    public static async Task<List<(int Id, float Value)>> Tokens(IChatClient client, ChatOptions? options = null, string prompt = "hi")
    {
        var tokens = new List<(int, float)>();
        await foreach (var update in client.GetStreamingResponseAsync(prompt, options))
        {
            if (update.GetDecodedToken() is { } token)
            {
                var site = token.Activations.Single(activations => activations.Site == TinyModel.LastSite);
                tokens.Add((token.Id, site.Values.Span[site.Rows.Count - 1]));
            }
        }

        return tokens;
    }
}
