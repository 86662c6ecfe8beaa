using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Steering.Chat;
using Steering.Chat.Toxicity;
using Steering.Models;
using Steering.Telemetry;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class ToxicityFilterChatClientTests
{
    private const float Never = 1e6f;

    private static readonly float[] Shares = [0.3f, 0.6f, 0.9f];

    /// <summary>On the real decoder: stop hands on the unfiltered tokens up to the first alarm, less the window, and no more.</summary>
    [TestMethod]
    public async Task Stop_HandsOnWhatCameBeforeTheWindow()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var sampling = new ChatOptions { Temperature = 1, Seed = seed };
            var stream = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never)), sampling);
            foreach (var level in Levels(stream))
            {
                foreach (var window in new[] { 0, 1, 3 })
                {
                    var tokens = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Stop, level, window)), sampling);
                    var alarm = stream.FindIndex(token => token.Value > level);
                    Assert.AreSequenceEqual(stream.Take(Math.Max(0, alarm - window)), tokens, $"seed {seed}, level {level}, window {window}");
                }
            }
        }
    }

    /// <summary>Read by an independent pass over prompt and reply: no position that led to a token is above the level.</summary>
    [TestMethod]
    public async Task Stop_ByAnIndependentPass_LeavesNothingAboveTheLevel()
    {
        using var pass = ForwardPass.Load(TinyModel.Folder);
        var prompt = TinyModel.Engine.Model.Tokenizer.Encode("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
        var stream = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never), maxTokens: 40));
        var level = Levels(stream)[2];
        var tokens = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Stop, level), maxTokens: 40));
        int[] all = [.. prompt, .. stream.Select(token => token.Id)];
        var residuals = pass.Run(all).Residuals[TinyModel.LastSite];
        var direction = TinyModel.Direction(5);
        float At(int position) => System.Numerics.Tensors.TensorPrimitives.Dot(residuals.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize), direction);
        for (var token = 0; token < tokens.Count; token++)
        {
            Assert.IsLessThanOrEqualTo(level + 1e-3f, At(prompt.Length - 1 + token));
        }

        Assert.IsGreaterThan(level - 1e-3f, At(prompt.Length - 1 + stream.FindIndex(token => token.Value > level)));
    }

    [TestMethod]
    public async Task Rewind_LeavesNothingAboveTheLevel_AndReportsWhatItDid()
    {
        var (rewound, continued) = (0, 0);
        for (var seed = 0; seed < 6; seed++)
        {
            var sampling = new ChatOptions { Temperature = 1, Seed = seed };
            var stream = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never)), sampling);
            foreach (var level in Levels(stream))
            {
                var client = FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Rewind, level));
                var tokens = await FilterTestModel.Tokens(client, sampling);
                Assert.IsTrue(tokens.TrueForAll(token => token.Value <= level), $"seed {seed}, level {level}");
                var report = (await client.GetResponseAsync("hi", sampling)).GetToxicityReport()!;
                Assert.AreEqual(report.Rewinds, report.Decisions.Count(decision => decision.Kind == ToxicityDecisionKind.Rewind));
                Assert.AreEqual(report.Tokens, tokens.Count + report.Withheld);
                Assert.AreEqual(report.Withheld, report.Decisions.Sum(decision => decision.Withheld));
                Assert.IsTrue(report.Decisions.All(decision => decision.Text is null));
                rewound += report.Rewinds;
                continued += report is { Rewinds: > 0, Stopped: false } ? 1 : 0;
            }
        }

        Assert.IsGreaterThan(0, rewound);
        Assert.IsGreaterThan(0, continued);
    }

    /// <summary>An alarm from the first token on: the reply is that of the policy, whose span leaves the prompt alone.</summary>
    [TestMethod]
    public async Task Attenuate_PutsThePolicyInForce_WhileTheAlarmLasts()
    {
        var expected = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never)), new ChatOptions().WithSteering(FilterTestModel.Strong));
        var plain = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Attenuate, Never)));
        var attenuated = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Attenuate, -Never)));
        Assert.AreSequenceEqual(expected.Select(token => token.Id), attenuated.Select(token => token.Id));
        Assert.AreNotEqual(string.Join(',', plain.Select(token => token.Id)), string.Join(',', attenuated.Select(token => token.Id)));

        // A request's own policy gives way to the filter's, and holds while all is quiet.
        var own = new ChatOptions().WithSteering(TinyModel.Push(-40, Steering.Policies.InterventionSpan.Completion, seed: 1));
        Assert.AreSequenceEqual(expected.Select(token => token.Id), (await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Attenuate, -Never)), own)).Select(token => token.Id));
        var ownAlone = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never)), own);
        Assert.AreSequenceEqual(ownAlone.Select(token => token.Id), (await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Attenuate, Never)), own)).Select(token => token.Id));
    }

    [TestMethod]
    public async Task Stop_SaysTheApplicationsMessage_WithItsReason()
    {
        var options = FilterTestModel.Options(ToxicityFilterAction.Stop, -Never);
        (options.StopMessage, options.IncludeText) = ("I would rather not.", true);
        var response = await FilterTestModel.Client(options).GetResponseAsync("hi");
        Assert.AreEqual("I would rather not.", response.Text);
        Assert.AreEqual(ChatFinishReason.ContentFilter, response.FinishReason);
        var report = response.GetToxicityReport()!;
        Assert.IsTrue(report is { Stopped: true, Withheld: 1, Tokens: 1, Alarmed: true });
        Assert.AreEqual("Alarm Stop", string.Join(' ', report.Decisions.Select(decision => decision.Kind)));
        Assert.IsNotNull(report.Decisions[^1].Text);
    }

    [TestMethod]
    public async Task Quiet_ChangesNothing()
    {
        var plain = new List<int>();
        await foreach (var update in new SteeredChatClient(FilterTestModel.Engine, new SteeredChatClientOptions { MaxOutputTokens = 16 }).GetStreamingResponseAsync("hi"))
        {
            plain.AddRange(update.GetDecodedToken() is { } token ? [token.Id] : []);
        }

        foreach (var action in Enum.GetValues<ToxicityFilterAction>())
        {
            var client = FilterTestModel.Client(FilterTestModel.Options(action, Never));
            Assert.AreSequenceEqual(plain, (await FilterTestModel.Tokens(client)).Select(token => token.Id));
            var response = await client.GetResponseAsync("hi");
            Assert.AreEqual(ChatFinishReason.Length, response.FinishReason);
            Assert.IsFalse(response.GetToxicityReport()!.Alarmed);
        }
    }

    /// <summary>The other decoder does not ask the filter and reads ahead: the filter starts anew, and keeps its promise.</summary>
    [TestMethod]
    public async Task OnTheBatchingDecoder_NothingAboveTheLevelGetsOut()
    {
        using var batch = new Steering.Batching.BatchingDecoder(FilterTestModel.Engine.Model);
        var stream = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never), decoder: batch));
        var rewinds = 0;
        foreach (var level in Levels(stream))
        {
            var stopped = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Stop, level), decoder: batch));
            Assert.AreSequenceEqual(stream.Take(Math.Max(0, stream.FindIndex(token => token.Value > level) - 2)), stopped);
            var client = FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Rewind, level), decoder: batch);
            Assert.IsTrue((await FilterTestModel.Tokens(client)).TrueForAll(token => token.Value <= level));
            rewinds += (await client.GetResponseAsync("hi")).GetToxicityReport()!.Rewinds;
        }

        Assert.IsGreaterThan(0, rewinds);
    }

    [TestMethod]
    public async Task Conversations_AtOnce_AreAsAlone()
    {
        var stream = await FilterTestModel.Tokens(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Observe, Never)));
        var client = FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Rewind, Levels(stream)[1]));
        var alone = new List<string>();
        for (var seed = 0; seed < 8; seed++)
        {
            alone.Add(await Reply(seed));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => Reply(seed))));
        Assert.AreSequenceEqual(alone, together);

        async Task<string> Reply(int seed)
        {
            var response = await client.GetResponseAsync("hi", new ChatOptions { Temperature = 1, Seed = seed });
            return $"{response.Text}|{string.Join(';', response.GetToxicityReport()!.Decisions)}";
        }
    }

    [TestMethod]
    public async Task Decisions_ReachLogsAndMetrics_WithoutText()
    {
        var counts = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == SteeringTelemetry.Name && instrument.Name.StartsWith("steering.filter", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (counts)
            {
                counts.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}");
            }
        });
        listener.Start();
        var lines = new LogLines();
        var options = FilterTestModel.Options(ToxicityFilterAction.Stop, -Never);
        options.Watches[0] = options.Watches[0] with { Name = "metered" };
        var client = new ToxicityFilterChatClient(new SteeredChatClient(FilterTestModel.Engine), options, logger: lines);
        await client.GetResponseAsync("hi");
        lock (counts)
        {
            Assert.IsTrue(counts.Exists(line => line.StartsWith("steering.filter.decisions 1", StringComparison.Ordinal) && line.EndsWith("Stop metered", StringComparison.Ordinal)), string.Join('\n', counts));
            Assert.IsTrue(counts.Exists(line => line.StartsWith("steering.filter.withheld_tokens 1", StringComparison.Ordinal)));
        }

        Assert.AreEqual(2, lines.Count);
        Assert.Contains("Stop at token 0, metered", lines[1]);
    }

    [TestMethod]
    public async Task AFilterThatDoesNotReachTheModel_IsRefused()
    {
        var between = new SteeredChatClient(FilterTestModel.Engine).AsBuilder().Use((inner, _) => new Forgetful(inner)).Build();
        var client = new ToxicityFilterChatClient(between, FilterTestModel.Options(ToxicityFilterAction.Stop, 0));
        var refusal = await Assert.ThrowsExactlyAsync<SteeringException>(() => client.GetResponseAsync("hi"));
        Assert.Contains("drops ChatOptions.AdditionalProperties", refusal.Message);

        var twice = new ToxicityFilterChatClient(FilterTestModel.Client(FilterTestModel.Options(ToxicityFilterAction.Stop, 0)), FilterTestModel.Options(ToxicityFilterAction.Stop, 0));
        Assert.Contains("Two toxicity filters", (await Assert.ThrowsExactlyAsync<SteeringException>(() => twice.GetResponseAsync("hi"))).Message);
    }

    // Thresholds at quantiles of what the stream reaches, so that alarms come early, in the middle and late.
    private static float[] Levels(List<(int Id, float Value)> stream)
    {
        var sorted = stream.Select(token => token.Value).Order().ToArray();
        return [.. Shares.Select(share => sorted[(int)(share * (sorted.Length - 1))])];
    }

    private sealed class Forgetful(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            base.GetStreamingResponseAsync(messages, new ChatOptions { MaxOutputTokens = 4 }, cancellationToken);
    }

    private sealed class LogLines : List<string>, ILogger<ToxicityFilterChatClient>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Add(formatter(state, exception));
    }
}
