using Steering;
using Steering.Compilation;
using Steering.Models;
using Steering.Policies;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;

namespace SandboxModel.Policies;

/// <summary>Tries policies on prompts and takes the one that moves the rate most among those that keep the replies good.</summary>
internal sealed class PolicySearch(string folder, SteeringResources resources, IReadOnlyList<ReplyPrompt> prompts, ulong seed) : IDisposable
{
    /// <summary>Share of well-formed replies that may be lost.</summary>
    private const double MayLose = 0.1;

    /// <summary>Rates nearer than this count as equal on so few replies; the more probable replies win.</summary>
    private const double Equal = 0.05;

    private readonly SteerableModel _model = SteerableModel.Load(folder, new SteerableModelOptions { Threads = 1 });
    private readonly ForwardPass _pass = ForwardPass.Load(folder);

    public Task<PolicyTrial> UnsteeredAsync(SandboxDial dial, CancellationToken cancellation) => TryAsync(dial, SteeringPolicy.Create("none"), cancellation);

    /// <exception cref="SteeringException">Every policy spoils the replies.</exception>
    public async Task<PolicyTrial> FindAsync(SandboxDial dial, PolicyTrial unsteered, IEnumerable<IEnumerable<SteeringPolicy>> ladders, IProgress<PolicyTrial> progress, CancellationToken cancellation)
    {
        var kept = new List<PolicyTrial>();
        foreach (var ladder in ladders)
        {
            foreach (var candidate in ladder)
            {
                var trial = await TryAsync(dial, candidate, cancellation);
                progress.Report(trial);
                if (trial.WellFormed >= unsteered.WellFormed - MayLose)
                {
                    kept.Add(trial);
                }
                else if (trial.WellFormed < unsteered.WellFormed / 2)
                {
                    // What is stronger spoils more.
                    break;
                }
            }
        }

        if (kept.Count == 0)
        {
            throw new SteeringException($"No policy for '{dial.Name}' keeps the replies well-formed: {100 * unsteered.WellFormed:F0} % are without one. Train the model or the autoencoder longer.");
        }

        var best = kept.Max(trial => Effect(dial, trial));
        return kept.Where(trial => Effect(dial, trial) >= best - Equal).MinBy(trial => trial.Nats)!;
    }

    public void Dispose()
    {
        _model.Dispose();
        _pass.Dispose();
    }

    private static double Effect(SandboxDial dial, PolicyTrial trial) => dial.Raises ? trial.Rate : 1 - trial.Rate;

    private async Task<PolicyTrial> TryAsync(SandboxDial dial, SteeringPolicy policy, CancellationToken cancellation)
    {
        var compiled = new PolicyCompiler(_model.Manifest!, resources).Compile(policy);
        var replies = await new ReplyWriter(_model).WriteAsync(prompts, compiled, new ReplyOptions { Seed = seed, MaxTokens = 120 }, progress: null, cancellation);
        return new PolicyTrial(policy, replies.Average(reply => dial.IsHit(reply) ? 1.0 : 0), replies.Average(reply => reply.IsWellFormed ? 1.0 : 0), Loss(replies));
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
