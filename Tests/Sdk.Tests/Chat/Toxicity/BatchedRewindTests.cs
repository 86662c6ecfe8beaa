using Microsoft.Extensions.AI;
using Steering.Batching;
using Steering.Chat;
using Steering.Chat.Toxicity;
using Steering.Decoding;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>Taking tokens back is the same computation in a batch as on a generator of one's own, whatever the policy goes by.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class BatchedRewindTests
{
    private const string Sae = "late-topk";

    private static readonly string[] Prompts =
    [
        "You fool. Do you like soup?", "You stupid program. What should I cook for dinner?", "Tell me about a cat, idiot.", "Hello. What do you know about rain?",
        "You useless thing, tell me a story.", "I like animals. And you?", "Where is my hat, fool?", "What is the weather like?",
    ];

    public static IEnumerable<object?[]> Policies =>
    [
        ["none", null, null],
        .. from span in (InterventionSpan[])[InterventionSpan.Completion, InterventionSpan.Prompt, InterventionSpan.Both] select new object?[] { "always", span, null },
        ["latched on the prompt", InterventionSpan.Completion, Gate.Prompt(Feature.Of(Sae, 450), 0.3f)],
        ["step", InterventionSpan.Both, Gate.Step],
        ["token", InterventionSpan.Both, Gate.Token(Feature.Of(Sae, 450), 0.2f)],
        ["callback", InterventionSpan.Both, Gate.Callback("every third")],
    ];

    [TestMethod]
    [DynamicData(nameof(Policies))]
    public async Task Rewinds_GiveTheTokensOfGenAiDecoder(string name, InterventionSpan? span, Gate? gate)
    {
        using var engine = Engine();
        using var batch = new BatchingDecoder(engine.Model);
        var policy = SteeringPolicy.Create(name);
        policy = span is null ? policy : policy.Add(Feature.Of(Sae, 12), 1.5f, gate: gate, span: span.Value);
        var genAi = await Replies(engine, new GenAiDecoder(engine.Model), policy, temperature: 0, parallelism: 2);
        var batched = await Replies(engine, batch, policy, temperature: 0, parallelism: 16);
        Assert.AreSequenceEqual(genAi, batched);
        Assert.IsGreaterThan(genAi.Length / 2, genAi.Count(reply => reply.Rewinds > 0));

        // The most probable token alone leaves nothing to draw, so a seed gives the same on both.
        Assert.AreSequenceEqual(genAi, await Replies(engine, batch, policy, temperature: 1, parallelism: 16, topK: 1));
    }

    /// <summary>Draws go on through a rewind, and depend on the seed and the conversation alone.</summary>
    [TestMethod]
    public async Task SampledRewinds_AreTheSameAloneAndTogether()
    {
        using var engine = Engine();
        using var alone = new BatchingDecoder(engine.Model, new BatchingDecoderOptions { Slots = 1, ReadAhead = 1 });
        using var together = new BatchingDecoder(engine.Model, new BatchingDecoderOptions { Slots = 8, ReadAhead = 16 });
        var policy = SteeringPolicy.Create("both").Add(Feature.Of(Sae, 12), 1f, span: InterventionSpan.Completion);
        var expected = await Replies(engine, alone, policy, temperature: 1, parallelism: 1);
        Assert.AreSequenceEqual(expected, await Replies(engine, together, policy, temperature: 1, parallelism: 16));
        Assert.IsGreaterThan(2, expected.Count(reply => reply.Rewinds > 0));
        Assert.AreNotEqual(expected[0], (await Replies(engine, together, policy, temperature: 0, parallelism: 16))[0]);
    }

    private static SteeringEngine Engine()
    {
        var bundle = SandboxModel.Bundle;
        var options = new Steering.SteeringOptions();
        bundle.AddTo(options);
        options.Callbacks["every third"] = (in context) => context.IsPrompt || context.GeneratedTokens % 3 == 0;
        return SteeringEngine.Load(options);
    }

    private static async Task<Reply[]> Replies(SteeringEngine engine, ISteeredDecoder decoder, SteeringPolicy policy, float temperature, int parallelism, int? topK = null)
    {
        var cases = Prompts.SelectMany(prompt => new[] { 0.25f, 0.5f }.Select(level => (prompt, level))).ToArray();
        var replies = new Reply[cases.Length];
        await Parallel.ForAsync(0, cases.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, async (index, cancellation) =>
        {
            var filter = new ToxicityFilterOptions { Action = ToxicityFilterAction.Rewind, Policy = "friendly", MaxRewinds = 3, HoldBack = 4 };
            filter.Watches.Add(new ToxicityWatch(Feature.Of(Sae, 2)) { On = cases[index].level, Unit = StrengthUnit.MaxActivation });
            filter.Watches.Add(new ToxicityWatch(Feature.Of(Sae, 115)) { On = cases[index].level, Unit = StrengthUnit.MaxActivation });
            using var client = new ToxicityFilterChatClient(new SteeredChatClient(engine, decoder: decoder), filter);
            var options = new ChatOptions { MaxOutputTokens = 60, Temperature = temperature, TopK = topK, Seed = 5 }.WithSteering(policy);
            var response = await client.GetResponseAsync(cases[index].prompt, options, cancellation);
            var report = response.GetToxicityReport()!;
            replies[index] = new Reply(response.Text, report.Rewinds, report.Stopped, report.Tokens, string.Join(' ', report.Decisions.Select(decision => $"{decision.Kind}@{decision.Token}")));
        });
        return replies;
    }

    private sealed record Reply(string Text, int Rewinds, bool Stopped, int Tokens, string Decisions);
}
