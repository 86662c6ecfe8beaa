using Steering.Analysis.Evaluation;
using Steering.Analysis.Statistics;
using Steering.Cli.Terminal;
using Steering.Compilation;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;

namespace Steering.Cli.Demo;

/// <summary>Measures every dial: unsteered, steered, and the controls.</summary>
internal sealed class DemoRunner : IDisposable
{
    private const int Examples = 2;
    private const string PoliteRequest = "Be polite.";

    private readonly IReadOnlyList<(SandboxDial Dial, SteeringPolicy Policy)> _dials;
    private readonly IReadOnlyDictionary<string, SparseAutoencoder> _saes;
    private readonly SteerableModel _model;
    private readonly ReplyWriter _writer;
    private readonly PolicyCompiler _compiler;
    private readonly int _replies;
    private readonly ReplyOptions _options;
    private readonly IProgress<StageProgress> _progress;
    private readonly int _runs;
    private int _done;

    /// <exception cref="SteeringException">The model has no sockets, or a policy does not fit it.</exception>
    public DemoRunner(DemoSource source, int replies, int seed, bool allowCustomOperators, IProgress<StageProgress> progress)
    {
        _dials = source.Dials();
        _saes = source.LoadSaes(_dials.Select(dial => dial.Policy));
        _replies = replies;
        _options = new ReplyOptions { Seed = (ulong)seed };
        _progress = progress;
        _runs = _dials.Sum(dial => HasPromptControl(dial.Dial) ? 4 : 3);

        _model = SteerableModel.Load(source.ModelFolder, new SteerableModelOptions { Threads = 1, AllowCustomOperators = allowCustomOperators, LoadGenAiWhenNeeded = true });
        var resources = new SteeringResources();
        foreach (var (id, sae) in _saes)
        {
            resources.AddSae(id, sae);
        }

        _compiler = new PolicyCompiler(_model.Manifest ?? throw new SteeringException($"{source.ModelFolder} has no sockets. Import the model with 'steer import … --sites all'."), resources);
        _writer = new ReplyWriter(_model);
    }

    public async Task<IReadOnlyList<DemoResult>> RunAsync(CancellationToken cancellationToken)
    {
        var corpus = new SandboxCorpus(_options.Seed);
        var results = new List<DemoResult>();
        foreach (var (dial, policy) in _dials)
        {
            var prompts = dial.Choose(corpus.Documents(CorpusSplit.HeldOut), _replies);
            var control = RandomFeatureControl.Of(policy, id => _saes[id ?? _saes.Keys.Single()], (long)_options.Seed);
            var unsteered = await WriteAsync($"{dial.Name}: unsteered", prompts, CompiledPolicy.Empty, cancellationToken);
            var steered = await WriteAsync($"{dial.Name}: steered", prompts, _compiler.Compile(policy), cancellationToken);
            var random = await WriteAsync($"{dial.Name}: random features", prompts, _compiler.Compile(control), cancellationToken);
            var prompted = HasPromptControl(dial)
                ? await WriteAsync($"{dial.Name}: asked to be polite", [.. prompts.Select(prompt => prompt with { System = PoliteRequest })], CompiledPolicy.Empty, cancellationToken)
                : null;
            results.Add(new DemoResult(
                dial.Name,
                dial.Prompts,
                dial.Counts,
                RateEstimate.Of(unsteered, dial.IsHit),
                RateEstimate.Of(steered, dial.IsHit),
                PairedBootstrap.MeanDifference(Hits(steered), Hits(unsteered), (long)_options.Seed),
                RateEstimate.Of(random, dial.IsHit),
                prompted is null ? null : RateEstimate.Of(prompted, dial.IsHit),
                RateEstimate.Of(unsteered, reply => reply.IsWellFormed),
                RateEstimate.Of(steered, reply => reply.IsWellFormed),
                Show(unsteered, steered)));

            double[] Hits(IEnumerable<SandboxReply> replies) => [.. replies.Select(reply => dial.IsHit(reply) ? 1.0 : 0)];
        }

        return results;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _model.Dispose();
    }

    private static bool HasPromptControl(SandboxDial dial) => dial == SandboxDial.Friendly;

    private static DemoExample[] Show(IReadOnlyList<SandboxReply> unsteered, IReadOnlyList<SandboxReply> steered) =>
        [.. unsteered.Zip(steered, (before, after) => new DemoExample(before.Prompt.User.Text, before.Text, after.Text)).Take(Examples)];

    private Task<IReadOnlyList<SandboxReply>> WriteAsync(string stage, IReadOnlyList<ReplyPrompt> prompts, CompiledPolicy policy, CancellationToken cancellationToken)
    {
        var progress = Share(stage, _done++, prompts.Count);
        return _writer.WriteAsync(prompts, policy, _options, progress, cancellationToken);
    }

    private IProgress<int> Share(string stage, int run, int replies) =>
        _progress.As<int>(done => new StageProgress(stage, (run + ((double)done / replies)) / _runs));
}
