using Steering.Batching;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>
/// Random policies (features and directions, operators, gates, spans), watches, levels and samplers through both decoders:
/// what reaches the caller is held against the residual stream that <see cref="StepOracle"/> computes under the policy that
/// was in force at each position.
/// </summary>
[TestClass]
public sealed class RandomPolicyFilterTests
{
    private const int Cases = 60;
    private const int Tokens = 24;
    private const int Latents = 48;
    private const string Calm = "calm";

    /// <summary>By how much two computations of a value of size 1 may differ.</summary>
    private const float Tolerance = 2e-3f;

    private static readonly Dictionary<string, GateCallback> Callbacks = new(StringComparer.Ordinal) { ["ask"] = (in context) => context.LastTokenId % 3 != 0 };

    private static readonly SparseAutoencoder Watched = Sae(3, SaeArchitecture.JumpRelu, block: 1);

    private static readonly SteeringResources Resources = new SteeringResources()
        .AddCallback("ask")
        .AddSae("topk", Sae(1, SaeArchitecture.TopK, block: 0))
        .AddSae("jump", Sae(2, SaeArchitecture.JumpRelu, block: 0))
        .AddSae("watched", Watched);

    [TestMethod]
    [DataRow(false, DisplayName = "GenAiDecoder")]
    [DataRow(true, DisplayName = "BatchingDecoder")]
    public async Task NothingAboveTheLevel_ReachesTheCaller_UnderAnyPolicy(bool batched)
    {
        using var oracle = new StepOracle();
        using var batching = batched ? new BatchingDecoder(TinyModel.Engine.Model) : null;
        ISteeredDecoder inner = batching is null ? new GenAiDecoder(TinyModel.Engine.Model) : batching;
        var (released, stops, rewinds) = (0, 0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var (rewind, watch, policy) = (random.Next(2) == 0, Watch(random), RandomPolicy(random, "request"));
            using var engine = new SteeringEngine(TinyModel.Engine.Model, Resources, new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { [Calm] = RandomPolicy(random, Calm) }) { OwnsModel = false };
            var request = Request(random, seed);
            var free = await Decode(engine, Options(ToxicityFilterAction.Observe, watch with { On = float.MaxValue }, random), new RecordingDecoder(inner), request, policy);
            var decoder = new RecordingDecoder(inner);
            var level = Level(free.Tokens, watch, random);
            var (tokens, report) = await Decode(engine, Options(rewind ? ToxicityFilterAction.Rewind : ToxicityFilterAction.Stop, watch with { On = level }, random), decoder, request, policy);
            Assert.IsTrue(report.Stopped || tokens.Count == Tokens, $"case {seed}: {tokens.Count} tokens");
            foreach (var segment in decoder.Segments)
            {
                Check(oracle, segment, watch, level, $"case {seed}");
            }

            (released, stops, rewinds) = (released + tokens.Count, stops + (report.Stopped ? 1 : 0), rewinds + report.Rewinds);
        }

        // The promise would hold of a filter that lets nothing through, and of levels that nothing reaches.
        Assert.IsGreaterThan(Cases * Tokens / 4, released);
        Assert.IsGreaterThan(Cases / 6, stops);
        Assert.IsGreaterThan(Cases / 6, rewinds);
    }

    /// <summary>Every token of a request that was handed on had a value at or below the level, and it was the one that was reported.</summary>
    private static void Check(StepOracle oracle, RecordingDecoder.Segment segment, ToxicityWatch watch, float level, string what)
    {
        if (segment.Released.Count == 0)
        {
            return;
        }

        int[] prompt = [.. segment.Request.PromptIds];
        int[] ids = [.. prompt, .. segment.Released.Take(segment.Released.Count - 1).Select(token => token.Id)];
        var policy = segment.Request.Policy;
        var acts = Acts(oracle, segment, prompt);
        var residuals = oracle.Residuals(ids, policy, acts, TinyModel.LastSite);
        for (var token = 0; token < segment.Released.Count; token++)
        {
            var value = Value(residuals[prompt.Length - 1 + token], watch);
            var slack = Tolerance * (1 + Math.Abs(value));
            Assert.IsLessThanOrEqualTo(level + slack, value, $"{what}: token {token} of {segment.Released.Count} was above the level");
            Assert.AreEqual(value, Reported(segment.Released[token], watch), slack, $"{what}: token {token} was judged by another value");
        }
    }

    /// <summary>Which interventions acted at each position: the span, the latch of a prompt gate, and the last answer of the callbacks about it.</summary>
    private static Func<int, int, bool> Acts(StepOracle oracle, RecordingDecoder.Segment segment, int[] prompt)
    {
        var interventions = segment.Request.Policy.Interventions;
        var latched = interventions.Select(intervention => intervention.LatchRow is { } row && IsLatched(oracle, segment.Request.Policy, intervention, row, prompt)).ToArray();
        var settings = new List<(bool IsPrompt, int Tokens, bool[] Acts)>();
        var answers = segment.Answers;
        for (var next = 0; ;)
        {
            var (isPrompt, tokens) = next < answers.Length ? (answers[next].IsPrompt, answers[next].Tokens) : (false, 0);
            int[] asked = [.. Enumerable.Range(0, interventions.Count).Where(index => interventions[index].Callback is not null && Applies(index, isPrompt))];
            if (next + asked.Length > answers.Length || asked.Length == 0)
            {
                break;
            }

            var acts = new bool[interventions.Count];
            foreach (var index in asked)
            {
                Assert.AreEqual((isPrompt, tokens), (answers[next].IsPrompt, answers[next].Tokens), "answers belong to one position");
                acts[index] = answers[next++].Answer;
            }

            settings.Add((isPrompt, tokens, acts));
        }

        return (position, index) =>
        {
            var tokens = Math.Max(0, position - prompt.Length + 1);
            var isPrompt = position < prompt.Length;
            if (!Applies(index, isPrompt) || interventions[index].Callback is null)
            {
                return Applies(index, isPrompt);
            }

            // A rewind to the prompt's end computes its last position anew, and only that.
            var about = settings.Where(setting => setting.IsPrompt == isPrompt && setting.Tokens == tokens);
            return (position < prompt.Length - 1 ? about.First() : about.Last()).Acts[index];
        };

        bool Applies(int index, bool isPrompt) =>
            (interventions[index].Span == InterventionSpan.Both || (interventions[index].Span == InterventionSpan.Prompt) == isPrompt)
            && (interventions[index].LatchRow is null || (!isPrompt && latched[index]));
    }

    private static bool IsLatched(StepOracle oracle, CompiledPolicy policy, CompiledIntervention intervention, RowAddress row, int[] prompt)
    {
        var program = policy.Sites[row.Site];
        Assert.AreEqual(TinyModel.Site, program.Site);

        // Before any edit: nothing acts before the first site.
        var residuals = oracle.Residuals(prompt, CompiledPolicy.Empty, (_, _) => false, TinyModel.Site);
        var read = program.Read.AsSpan(row.Row * TinyModel.HiddenSize, TinyModel.HiddenSize).ToArray();
        var bias = program.Dials[((int)Dial.Bias * program.RowCount) + row.Row];
        return residuals.Skip(intervention.LatchFirstPosition).Any(x => Dot(x, read) + bias > intervention.LatchThreshold);
    }

    private static async Task<(List<DecodedToken> Tokens, ToxicityReport Report)> Decode(SteeringEngine engine, ToxicityFilterOptions options, RecordingDecoder decoder, DecodeRequest request, SteeringPolicy policy)
    {
        var log = new FilterLog(options, "tiny", Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var session = new FilterSession(new FilterPlan(engine, options), log);
        var tokens = new List<DecodedToken>();
        await foreach (var token in FilteredDecoding.DecodeAsync(decoder, session.Attach(request, policy), session, engine.Model, CancellationToken.None))
        {
            tokens.Add(token);
            decoder.Segments[^1].Released.Add(token);
        }

        return (tokens, log.Report(session.Seen));
    }

    private static DecodeRequest Request(Random random, int seed) => new()
    {
        PromptIds = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(256))],
        MaxTokens = Tokens,
        IgnoreEndTokens = true,
        Sampling = random.Next(3) == 0 ? SamplingOptions.Greedy : new SamplingOptions { Temperature = 1.2f, Seed = seed },
        Callbacks = Callbacks,
    };

    private static ToxicityFilterOptions Options(ToxicityFilterAction action, ToxicityWatch watch, Random random)
    {
        var options = new ToxicityFilterOptions
        {
            Action = action,
            Policy = action == ToxicityFilterAction.Rewind ? Calm : null,
            HoldBack = random.Next(4),
            QuietTokens = random.Next(1, 4),
            MaxRewinds = random.Next(1, 5),
        };
        options.Watches.Add(watch);
        return options;
    }

    private static ToxicityWatch Watch(Random random) => random.Next(3) == 0
        ? new ToxicityWatch(Feature.Of("watched", random.Next(Latents))) { Unit = StrengthUnit.Raw }
        : new ToxicityWatch(Direction.At(TinyModel.LastSite, TinyModel.Direction(random.Next(1000)))) { Bias = (float)random.NextDouble() - 0.5f };

    /// <summary>A level that a few to half of the unfiltered positions are above.</summary>
    private static float Level(List<DecodedToken> free, ToxicityWatch watch, Random random)
    {
        var values = free.Select(token => Reported(token, watch)).Order().ToArray();
        var level = values[(int)(values.Length * (0.5 + (0.49 * random.NextDouble())))];
        return watch.Target is FeatureTarget ? Math.Max(0, level) : level;
    }

    /// <summary>A policy of one to three interventions; draws that the compiler refuses (two edits of one feature, say) are drawn again.</summary>
    private static SteeringPolicy RandomPolicy(Random random, string name)
    {
        using var engine = new SteeringEngine(TinyModel.Engine.Model, Resources) { OwnsModel = false };
        while (true)
        {
            var policy = SteeringPolicy.Create(name);
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                policy = random.Next(2) == 0 ? OnFeature(policy, random) : OnDirection(policy, random);
            }

            try
            {
                engine.Compile(policy);
                return policy;
            }
            catch (SteeringException)
            {
                // The next draw.
            }
        }
    }

    private static SteeringPolicy OnFeature(SteeringPolicy policy, Random random)
    {
        var target = Feature.Of(random.Next(2) == 0 ? "topk" : "jump", random.Next(Latents));
        var (value, gate, span) = (4 * (float)random.NextDouble(), RandomGate(random), Span(random));
        return random.Next(7) switch
        {
            0 => policy.Add(target, value, StrengthUnit.Raw, gate, span),
            1 => policy.Clamp(target, value, StrengthUnit.Raw, gate, span),
            2 => policy.ClampWhereActive(target, value, StrengthUnit.Raw, gate is TokenGate ? null : gate, span),
            3 => policy.Scale(target, value, gate, span),
            4 => policy.Ablate(target, gate, span),
            5 => policy.Cap(target, value / 4, StrengthUnit.Raw, gate, span),
            _ => policy.Floor(target, value, StrengthUnit.Raw, gate, span),
        };
    }

    private static SteeringPolicy OnDirection(SteeringPolicy policy, Random random)
    {
        var target = Probe(random);
        var (value, gate, span) = (6 * ((float)random.NextDouble() - 0.5f), RandomGate(random), Span(random));
        return random.Next(7) switch
        {
            0 => policy.Add(target, value, StrengthUnit.Raw, gate, span),
            1 => policy.Add(target, value / 10, StrengthUnit.ResidualNorm, gate, span),
            2 => policy.Clamp(target, value, StrengthUnit.Raw, gate, span),
            3 => policy.Ablate(target, gate, span),
            4 => policy.Cap(target, value, StrengthUnit.Raw, gate, span),
            5 => policy.Floor(target, value, StrengthUnit.Raw, gate, span),
            _ => policy.ProjectionGain(target, value, gate, span),
        };
    }

    private static Gate? RandomGate(Random random) => random.Next(5) switch
    {
        0 => Gate.Token(Probe(random), (float)random.NextDouble() - 0.5f, StrengthUnit.Raw),
        1 => Gate.Prompt(Probe(random), (float)random.NextDouble(), StrengthUnit.Raw),
        2 => Gate.Callback("ask"),
        _ => null,
    };

    private static InterventionSpan? Span(Random random) => random.Next(3) == 0 ? InterventionSpan.Completion : null;

    private static DirectionTarget Probe(Random random) => Direction.At(TinyModel.Site, TinyModel.Direction(random.Next(1000)));

    private static float Value(float[] x, ToxicityWatch watch)
    {
        if (watch.Target is DirectionTarget direction)
        {
            return Dot(x, [.. direction.Values]) + watch.Bias;
        }

        var activations = new float[Latents];
        Watched.Encode(x, 1, activations);
        return activations[((FeatureTarget)watch.Target).Features[0]];
    }

    // The only row of the watched site.
    private static float Reported(DecodedToken token, ToxicityWatch watch) => token.Activations.Single(site => site.Site == TinyModel.LastSite).Values.Span[0] + watch.Bias;

    private static float Dot(float[] left, float[] right) => System.Numerics.Tensors.TensorPrimitives.Dot<float>(left, right);

    private static SparseAutoencoder Sae(int seed, SaeArchitecture architecture, int block)
    {
        var random = new Random(seed);
        float[] Numbers(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
        return SparseAutoencoder.Create(new SaeParameters
        {
            Source = $"sae {seed}",
            Architecture = architecture,
            HiddenSize = TinyModel.HiddenSize,
            LatentCount = Latents,
            Encoder = Numbers(Latents * TinyModel.HiddenSize, 1),
            Decoder = Numbers(Latents * TinyModel.HiddenSize, 1),
            EncoderBias = Numbers(Latents, 0.2),
            DecoderBias = Numbers(TinyModel.HiddenSize, 0.2),
            Threshold = architecture == SaeArchitecture.JumpRelu ? [.. Numbers(Latents, 0.2).Select(MathF.Abs)] : [],
            K = architecture == SaeArchitecture.TopK ? 6 : 0,
            HookName = $"blocks.{block}.hook_resid_post",
        });
    }
}
