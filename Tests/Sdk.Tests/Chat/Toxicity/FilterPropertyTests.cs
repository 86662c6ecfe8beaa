using FsCheck;
using FsCheck.Fluent;
using Steering.Chat.Toxicity;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>
/// Over random streams, shares of alarms, hold-back windows and actions: nothing above the level reaches the caller, what
/// does is what was promised, and how the decoder takes tokens back makes no difference.
/// </summary>
[TestClass]
public sealed class FilterPropertyTests
{
    private const int Tokens = 40;

    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(Microsoft.FSharp.Core.FSharpOption<Replay>.Some(new Replay(new Rnd(20261125, 7), null)));

    private static readonly Arbitrary<Case> Any = (
        from seed in Gen.Choose(0, int.MaxValue)
        from share in Gen.Choose(0, 40)
        from holdBack in Gen.Choose(0, 6)
        from rewinds in Gen.Choose(1, 6)
        from quiet in Gen.Choose(1, 5)
        from rewind in Gen.Elements(true, false)
        select new Case(seed, share / 100.0, holdBack, rewinds, quiet, rewind ? ToxicityFilterAction.Rewind : ToxicityFilterAction.Stop)).ToArbitrary();

    [TestMethod]
    public void NothingAboveTheLevel_ReachesTheCaller() => Check.One(Cases, Prop.ForAll(Any, item =>
    {
        var (tokens, report) = Run(item, asks: true);
        return tokens.All(token => Value(token) <= 1) && (report.Stopped || tokens.Count == Tokens);
    }));

    /// <summary>The closed form of stop: the unfiltered stream up to the first alarm, less the window.</summary>
    [TestMethod]
    public void Stop_HandsOn_TheStreamBeforeTheWindow() => Check.One(Cases, Prop.ForAll(Any, item =>
    {
        var (tokens, report) = Run(item with { Action = ToxicityFilterAction.Stop }, asks: true);
        var stream = new List<DecodedToken>();
        Drain(new ScriptedDecoder(item.Seed, item.Share, asks: false).DecodeAsync(Request()), stream).GetAwaiter().GetResult();
        var alarm = stream.FindIndex(token => Value(token) > 1);
        var expected = stream.Take(alarm < 0 ? Tokens : Math.Max(0, alarm - item.HoldBack)).Select(token => token.Id);
        return tokens.Select(token => token.Id).SequenceEqual(expected) && report.Stopped == alarm >= 0 && report.Withheld == (alarm < 0 ? 0 : Math.Min(alarm, item.HoldBack) + 1);
    }));

    [TestMethod]
    public void ADecoderThatCannotTakeBack_GivesTheSame() => Check.One(Cases, Prop.ForAll(Any, item =>
    {
        var (asked, first) = Run(item, asks: true);
        var (restarted, second) = Run(item, asks: false);
        return asked.Select(token => (token.Id, token.Text, token.FinishReason)).SequenceEqual(restarted.Select(token => (token.Id, token.Text, token.FinishReason)))
            && first.Decisions.SequenceEqual(second.Decisions) && first.Tokens == second.Tokens;
    }));

    /// <summary>Thirty-two conversations of one filter, all at once, each as it is alone.</summary>
    [TestMethod]
    public async Task Conversations_ShareNothing()
    {
        var plan = Plan(new Case(0, 0, 3, 3, 2, ToxicityFilterAction.Rewind));
        var alone = new List<int[]>();
        for (var seed = 0; seed < 32; seed++)
        {
            alone.Add(await Ids(plan, seed));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 32).Select(seed => Task.Run(() => Ids(plan, seed))));
        for (var seed = 0; seed < 32; seed++)
        {
            Assert.AreSequenceEqual(alone[seed], together[seed], $"conversation {seed}");
        }

        Assert.IsGreaterThan(8, alone.Select(ids => string.Join(',', ids)).Distinct().Count());

        static async Task<int[]> Ids(FilterPlan plan, int seed)
        {
            var tokens = new List<DecodedToken>();
            await Drain(Decode(plan, NewLog(plan), new ScriptedDecoder(seed, 0.15, asks: seed % 2 == 0), out _), tokens);
            return [.. tokens.Select(token => token.Id)];
        }
    }

    [TestMethod]
    public async Task Cancellation_StopsWithinOneToken()
    {
        foreach (var asks in new[] { true, false })
        {
            using var source = new CancellationTokenSource();
            var plan = Plan(new Case(0, 0, HoldBack: 4, 1, 1, ToxicityFilterAction.Stop));
            var decoder = new ScriptedDecoder(3, share: 0, asks);
            var taken = 0;
            await Assert.ThrowsExactlyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var token in Decode(plan, NewLog(plan), decoder, out _, source.Token))
                {
                    if (++taken == 3)
                    {
                        await source.CancelAsync();
                    }
                }
            });
            Assert.AreEqual(3, taken);
            Assert.AreEqual(3 + 4, decoder.Computed);
        }
    }

    private static (List<DecodedToken> Tokens, ToxicityReport Report) Run(Case item, bool asks)
    {
        var plan = Plan(item);
        var log = NewLog(plan);
        var tokens = new List<DecodedToken>();
        Drain(Decode(plan, log, new ScriptedDecoder(item.Seed, item.Share, asks), out var session), tokens).GetAwaiter().GetResult();
        return (tokens, log.Report(session.Seen));
    }

    private static FilterPlan Plan(Case item)
    {
        var options = FilterTestModel.Options(item.Action, on: 1, item.HoldBack);
        (options.MaxRewinds, options.QuietTokens, options.IncludeText) = (item.Rewinds, item.Quiet, true);
        return new FilterPlan(FilterTestModel.Engine, options);
    }

    private static FilterLog NewLog(FilterPlan plan) => new(plan.Options, "scripted", Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private static DecodeRequest Request() => new() { PromptIds = TinyModel.Prompt, MaxTokens = Tokens };

    private static IAsyncEnumerable<DecodedToken> Decode(FilterPlan plan, FilterLog log, ScriptedDecoder decoder, out FilterSession session, CancellationToken cancellation = default)
    {
        session = new FilterSession(plan, log);
        return FilteredDecoding.DecodeAsync(decoder, session.Attach(Request(), null), session, plan.Engine.Model, cancellation);
    }

    private static async Task Drain(IAsyncEnumerable<DecodedToken> source, List<DecodedToken> tokens)
    {
        await foreach (var token in source)
        {
            tokens.Add(token);
        }
    }

    private static float Value(DecodedToken token) => token.Activations[0].Values.Span[0];

    internal sealed record Case(int Seed, double Share, int HoldBack, int Rewinds, int Quiet, ToxicityFilterAction Action);
}
