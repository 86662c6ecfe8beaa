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
    /// <summary>What a further feature must bring, in shares of the replies.</summary>
    private const double Gain = 0.03;

    /// <summary>Levers that are tried beside the best one.</summary>
    private const int Partners = 8;

    private readonly SteerableModel _model = SteerableModel.Load(folder, new SteerableModelOptions { Threads = 1 });
    private readonly ForwardPass _pass = ForwardPass.Load(folder);
    private ReplyWriter? _writer;

    public Task<PolicyTrial> UnsteeredAsync(SandboxDial dial, CancellationToken cancellation) => TryAsync(dial, SteeringPolicy.Create("none"), cancellation);

    /// <summary>Tries every lever alone, then adds to the best one, by turns, those that help it.</summary>
    /// <exception cref="SteeringException">Nothing helps.</exception>
    public async Task<PolicyTrial> FindAsync(DialRecipe recipe, PolicyTrial unsteered, IEnumerable<Lever> levers, IProgress<PolicyTrial> progress, CancellationToken cancellation)
    {
        var alone = new List<(Lever Lever, float Strength, PolicyTrial Trial)>();
        foreach (var lever in levers)
        {
            foreach (var strength in lever.Strengths)
            {
                var trial = await TryAsync(lever.Apply(recipe.Start, strength));
                alone.Add((lever, strength, trial));
                if (trial.WellFormed < unsteered.WellFormed / 2)
                {
                    // What is stronger spoils more.
                    break;
                }
            }
        }

        var ranked = alone.GroupBy(found => found.Lever).Select(group => group.MaxBy(found => Worth(found.Trial))).OrderByDescending(found => Worth(found.Trial)).ToArray();
        if (ranked.Length == 0 || Worth(ranked[0].Trial) < Worth(unsteered) + Gain)
        {
            throw new SteeringException($"No feature turns '{recipe.Dial.Name}' by {100 * Gain:F0} points more than it costs in well-formed replies. Train the model or the autoencoder longer, or try the autoencoder of another block.");
        }

        var best = ranked[0].Trial;
        var used = new HashSet<int> { ranked[0].Lever.Feature };
        foreach (var (lever, strength, _) in ranked.Skip(1).Take(Partners))
        {
            foreach (var share in (float[])[0.5f, 1])
            {
                if (!used.Contains(lever.Feature) && await TryAsync(lever.Apply(best.Policy, share * strength)) is var both && Worth(both) >= Worth(best) + Gain)
                {
                    best = both;
                    used.Add(lever.Feature);
                }
            }
        }

        return best;

        async Task<PolicyTrial> TryAsync(SteeringPolicy policy)
        {
            var trial = await this.TryAsync(recipe.Dial, policy, cancellation);
            progress.Report(trial);
            return trial;
        }

        // A point of the rate is worth as much as a point of well-formed replies.
        double Worth(PolicyTrial trial) => (recipe.Dial.Raises ? trial.Rate : -trial.Rate) + Math.Min(0, trial.WellFormed - unsteered.WellFormed);
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _model.Dispose();
        _pass.Dispose();
    }

    private async Task<PolicyTrial> TryAsync(SandboxDial dial, SteeringPolicy policy, CancellationToken cancellation)
    {
        var compiled = new PolicyCompiler(_model.Manifest!, resources).Compile(policy);
        var replies = await (_writer ??= new ReplyWriter(_model)).WriteAsync(prompts, compiled, new ReplyOptions { Seed = seed, MaxTokens = 120 }, progress: null, cancellation);
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
