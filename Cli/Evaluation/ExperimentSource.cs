using Steering.Analysis.Experiments;
using Steering.Analysis.Judges;
using Steering.Batching;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Dials;

namespace Steering.Cli.Evaluation;

/// <summary>An experiment with everything that its names stand for: the sandbox's model, autoencoders, policies, prompts and judges among them.</summary>
internal sealed class ExperimentSource : IAsyncDisposable
{
    private const string SandboxPrefix = "sandbox:";
    private const int StandardCount = 400;

    private readonly SandboxNames _names;

    private ExperimentSource(Experiment experiment, SandboxNames names)
    {
        Experiment = experiment;
        _names = names;
        Policies = [.. experiment.Policies.Select(policy => (policy.Name, SteeringPolicy.Load(PolicyFile(policy.Given))))];
    }

    /// <summary>What the file says.</summary>
    public Experiment Experiment { get; }

    /// <summary>Its policies, loaded.</summary>
    public IReadOnlyList<(string Name, SteeringPolicy Policy)> Policies { get; }

    private bool IsSandbox => SandboxNames.IsModel(Experiment.Model);

    /// <summary>Reads an experiment and its policies.</summary>
    /// <exception cref="SteeringException">The file or a policy is not valid, or a judge is a program and programs are not allowed.</exception>
    public static ExperimentSource Read(string path, CliConsole console, bool allowPrograms) =>
        new(ExperimentReader.Read(path, [.. JudgeKinds.All, SandboxJudges.Kind], allowPrograms), new SandboxNames(console));

    /// <summary>Loads the model with the autoencoders that the policies name.</summary>
    /// <exception cref="SteeringException">One is not there, or does not fit; or the model cannot be decoded as asked.</exception>
    public ExperimentModel LoadModel(SteerableModelOptions options, DecoderChoice decoder)
    {
        var saes = new Dictionary<string, (SparseAutoencoder Sae, string? Site)>(StringComparer.Ordinal);
        foreach (var (id, sae) in Experiment.Saes)
        {
            saes.Add(id, (SaeFolder.Load(SaePath(sae.Given)), sae.Site is null ? null : SiteName.Full(sae.Site)));
        }

        foreach (var (_, policy) in Policies)
        {
            foreach (var id in PolicySaes.Unplaced(policy).Where(id => !saes.ContainsKey(id) && IsSandbox))
            {
                saes.Add(id, (SaeFolder.Load(_names.Bundle.Sae(id)), null));
            }

            // A policy may place its autoencoders itself; the controls need them too.
            foreach (var (id, reference) in policy.Saes.Where(entry => !saes.ContainsKey(entry.Key)))
            {
                saes.Add(id, (SaeFolder.Load(Path.GetFullPath(reference.Path, policy.Folder!)), reference.Site));
            }
        }

        return ExperimentModel.Load(IsSandbox ? _names.Bundle.ModelFolder : Full(Experiment.Model), saes, options, Experiment.AllowOtherModel, decoder);
    }

    /// <summary>The prompts, from a file or from the sandbox's held-out documents.</summary>
    /// <exception cref="SteeringException">They cannot be read, or there are too few.</exception>
    public IReadOnlyList<ExperimentPrompt> Prompts(IExperimentModel model, CancellationToken cancellationToken)
    {
        var settings = Experiment.Prompts;
        if (!settings.Source.StartsWith(SandboxPrefix, StringComparison.Ordinal))
        {
            return ExperimentPrompts.Read(Experiment, model.Prompt, cancellationToken);
        }

        if (settings.Field is not null || settings.Form != PromptForm.Chat)
        {
            throw new SteeringException($"prompts.source is {settings.Source}, whose prompts are conversations of the sandbox; leave 'field' and 'form' out.");
        }

        var name = settings.Source[SandboxPrefix.Length..];
        var known = (string[])["friendly", "rude", "reflect", .. Enum.GetValues<Steering.Sandbox.Topic>().Select(topic => topic.ToString().ToLowerInvariant())];
        var dial = SandboxDial.Find(name) ?? throw new SteeringException($"prompts.source: the sandbox has no prompts '{name}'; did you mean {Suggestions.For(name, known, count: 1)}? Known are {string.Join(", ", known.Select(word => SandboxPrefix + word))}.");
        return
        [
            .. dial.Choose(new SandboxCorpus((ulong)Experiment.Seed).Documents(CorpusSplit.HeldOut), settings.Count ?? StandardCount)
                .Select(prompt => new ExperimentPrompt(prompt.User.Text, prompt.Text(), Experiment.SystemMessage is { } system ? (prompt with { System = system }).Text() : null)),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var judge in Experiment.Judges)
        {
            switch (judge.Judge)
            {
                case IAsyncDisposable asynchronous:
                    await asynchronous.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }

    private string PolicyFile(string given) =>
        given.StartsWith("sandbox/", StringComparison.Ordinal) ? _names.Policy(given)
        : IsSandbox && _names.Bundle.Policies.TryGetValue(given, out var bundled) && !File.Exists(Full(given)) ? bundled
        : IsSandbox && !given.AsSpan().ContainsAny('/', '.') && !File.Exists(Full(given)) ? _names.Bundle.Policy(given)
        : Full(given);

    private string SaePath(string given) =>
        given.StartsWith("sandbox/", StringComparison.Ordinal) ? _names.Sae(given)
        : IsSandbox && _names.Bundle.Saes.TryGetValue(given, out var bundled) && !Path.Exists(Full(given)) ? bundled
        : Full(given);

    private string Full(string given) => Path.GetFullPath(given, Experiment.Folder);
}
