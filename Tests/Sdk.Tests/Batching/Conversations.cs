using Steering.Decoding;
using Steering.Policies;

namespace Steering.Tests.Sdk.Batching;

/// <summary>Requests to the model of two blocks that differ in everything that a request has.</summary>
internal static class Conversations
{
    private static readonly Dictionary<string, GateCallback> Callbacks = new(StringComparer.Ordinal)
    {
        ["ask"] = (in context) => context.IsPrompt || context.LastTokenId % 3 == 0 || (context.Activations.Length > 0 && context.Activations[^1] > 0.4f),
    };

    private static readonly SteeringPolicy?[] Policies =
    [
        null,
        TinyModel.Push(3),
        TinyModel.Push(5, InterventionSpan.Completion, seed: 2),
        TinyModel.Push(4, InterventionSpan.Prompt, seed: 3),
        TinyModel.Push(6, gate: Gate.Token(Probe(4), 0.1f, StrengthUnit.Raw), seed: 4),
        TinyModel.Push(6, gate: Gate.Prompt(Probe(5), 0.5f, StrengthUnit.Raw), seed: 5),
        TinyModel.Push(7, gate: Gate.Callback("ask"), seed: 6),
        SteeringPolicy.Create("both")
            .ProjectionGain(Direction.At(TinyModel.Site, TinyModel.Direction(8)), 2.5f)
            .Add(Direction.At(TinyModel.LastSite, TinyModel.Direction(9)), 0.2f, StrengthUnit.ResidualNorm),
    ];

    /// <summary>A request of random prompt, length, policy, sampler and seed.</summary>
    public static DecodeRequest Random(int seed)
    {
        var random = new Random(seed);
        return TinyModel.Request(Policies[random.Next(Policies.Length)]) with
        {
            PromptIds = [.. Enumerable.Range(0, random.Next(1, random.Next(4) == 0 ? 300 : 40)).Select(_ => random.Next(256))],
            MaxTokens = random.Next(1, 60),
            MinTokens = random.Next(3) == 0 ? 1 : 0,
            IgnoreEndTokens = random.Next(4) == 0,
            Sampling = Sampling(random, seed),
            StopSequences = random.Next(4) == 0 ? ["e", "~"] : [],
            Callbacks = Callbacks,
        };
    }

    /// <summary>A request that is decoded greedily to its last token.</summary>
    public static DecodeRequest Greedy(int maxTokens, SteeringPolicy? policy = null, int start = 0) => TinyModel.Request(policy, maxTokens) with
    {
        PromptIds = [.. Enumerable.Range(start, 5)],
        IgnoreEndTokens = true,
    };

    private static DirectionTarget Probe(int seed) => Direction.At(TinyModel.Site, TinyModel.Direction(seed + 20));

    private static SamplingOptions Sampling(Random random, int seed) => random.Next(5) switch
    {
        0 or 1 => SamplingOptions.Greedy with { RepetitionPenalty = random.Next(2) == 0 ? 1 : 1.2f },
        2 => new SamplingOptions { Temperature = 1.1f, Seed = seed },
        3 => new SamplingOptions { Temperature = 0.8f, TopK = 40, TopP = 0.9f, Seed = seed },
        _ => new SamplingOptions { Temperature = 1.4f, MinP = 0.05f, RepetitionPenalty = 1.3f, Seed = seed },
    };
}
