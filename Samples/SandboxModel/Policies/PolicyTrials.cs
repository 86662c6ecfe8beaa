using Steering.Analysis.Tuning;
using Steering.Compilation;
using Steering.Models;
using Steering.Policies;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;

namespace SandboxModel.Policies;

/// <summary>Tries a policy at several strengths and takes the one that moves the rate most among those that cost little.</summary>
internal sealed class PolicyTrials(string folder, SteeringResources resources, IReadOnlyList<ReplyPrompt> prompts, ulong seed) : IDisposable
{
    /// <summary>How many well-formed replies a policy may cost, as a share of the replies.</summary>
    private const double LargestLoss = 0.02;

    /// <summary>By how much the perplexity of the replies may rise. Replies of the kind that a dial makes are less expected by themselves, so some rise is no fault.</summary>
    private const double LargestPerplexity = 1.15;

    private static readonly float[] Strengths = [-1, -0.5f, 0.25f, 0.5f, 0.75f, 1, 1.25f, 1.5f, 2];

    private readonly SteerableModel _model = SteerableModel.Load(folder, new SteerableModelOptions { Threads = 1 });
    private ReplyWriter? _writer;
    private readonly ForwardPass _pass = ForwardPass.Load(folder);

    /// <summary>Replies under a policy.</summary>
    public async Task<PolicyTrial> TryAsync(SandboxDial dial, SteeringPolicy policy, CancellationToken cancellation)
    {
        var compiled = new PolicyCompiler(_model.Manifest!, resources).Compile(policy);
        var replies = await (_writer ??= new ReplyWriter(_model)).WriteAsync(prompts, compiled, new ReplyOptions { Seed = seed, MaxTokens = 160 }, progress: null, cancellation);
        return new PolicyTrial(
            policy, replies.Average(reply => dial.IsHit(reply) ? 1.0 : 0), replies.Average(reply => reply.IsWellFormed ? 1.0 : 0), replies.Average(reply => reply.IsCorrect ? 1.0 : 0), Loss(replies));
    }

    /// <summary>The policy at its best strength.</summary>
    /// <param name="dial">What it turns.</param>
    /// <param name="unsteered">Replies without a policy.</param>
    /// <param name="policy">The policy at strength 1.</param>
    /// <param name="progress">Told every trial.</param>
    /// <param name="cancellation">Stops within a token.</param>
    public async Task<PolicyTrial> TuneAsync(SandboxDial dial, PolicyTrial unsteered, SteeringPolicy policy, IProgress<PolicyTrial> progress, CancellationToken cancellation)
    {
        var trials = new List<PolicyTrial>();
        foreach (var strength in Strengths)
        {
            trials.Add(await TryAsync(dial, PolicyStrength.At(policy, strength), cancellation));
            progress.Report(trials[^1]);
        }

        double Effect(PolicyTrial trial) => dial.Raises ? trial.Rate : -trial.Rate;
        double Loss(PolicyTrial trial) => Math.Max(0, unsteered.WellFormed - trial.WellFormed) + Math.Max(0, trial.Nats - unsteered.Nats);

        // Where nothing is as cheap as that, a point of the rate is worth as much as a point of well-formed replies.
        var cheap = trials.Where(trial => trial.WellFormed >= unsteered.WellFormed - LargestLoss && trial.Nats <= unsteered.Nats + Math.Log(LargestPerplexity)).ToArray();
        return cheap.MaxBy(Effect) is { } best && Effect(best) > Effect(unsteered) + LargestLoss ? best : trials.MaxBy(trial => Effect(trial) - Loss(trial))!;
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _model.Dispose();
        _pass.Dispose();
    }

    private double Loss(IReadOnlyList<SandboxReply> replies)
    {
        var (nats, tokens) = (0.0, 0);
        foreach (var reply in replies)
        {
            int[] prompt = _model.Tokenizer.Encode(reply.Prompt.Text());
            int[] ids = [.. prompt, .. _model.Tokenizer.Encode(reply.Text)];
            nats += Reporting.LossMeter.Sum(_pass.Run(ids), ids, prompt.Length - 1);
            tokens += ids.Length - prompt.Length;
        }

        return nats / Math.Max(tokens, 1);
    }
}
