using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Steering.Compilation;
using Steering.Policies;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Cli.CommandLine;

/// <summary>The policies of a command and the SAEs they may name.</summary>
internal sealed class SteeringArguments
{
    private readonly Option<string[]> _policies = Repeated("--policy", "Policy file, or the name of one of the sandbox's; may be repeated, then all act together.", "FILE");
    private readonly Option<string[]> _saes = Repeated("--sae", "SAE folder, its file of weights, or the name of one of the sandbox's, with the id by which policies name it and the site where its configuration names none; may be repeated.", "[ID=]DIR[@SITE]");
    private readonly ModelArguments _model;
    private readonly Option<bool> _other = SaeSite.OtherModel();
    private readonly Option<string[]>? _watch;

    /// <param name="model">The model that is steered.</param>
    /// <param name="watch">Whether features can be watched too.</param>
    public SteeringArguments(ModelArguments model, bool watch = false)
    {
        _model = model;
        _watch = watch ? Repeated("--watch", "Feature whose activation is reported; may be repeated.", "[ID#]FEATURE") : null;
    }

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="interactive">Whether SAEs can be put to use later, by dials.</param>
    public SteeringArguments AddTo(Command command, bool interactive = false)
    {
        if (!interactive)
        {
            command.Validators.Add(RefuseUnusedSaes);
        }

        command.Options.Add(_policies);
        command.Options.Add(_saes);
        command.Options.Add(_other);
        if (_watch is not null)
        {
            command.Options.Add(_watch);
        }

        return this;
    }

    /// <summary>The policies, loaded.</summary>
    public IReadOnlyList<SteeringPolicy> Policies(ParseResult parsed) => [.. (parsed.GetValue(_policies) ?? []).Select(policy => SteeringPolicy.Load(_model.Policy(parsed, policy)))];

    /// <summary>The SAEs by id, loaded.</summary>
    public IReadOnlyList<NamedSae> Saes(ParseResult parsed) => [.. (parsed.GetValue(_saes) ?? []).Select(text => NamedSae.Load(text, folder => _model.Sae(parsed, folder)))];

    /// <summary>The SAEs that policies name and that nobody gave, from the sandbox where its model is steered.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="saes">The SAEs that are known.</param>
    public IEnumerable<NamedSae> Missing(ParseResult parsed, IEnumerable<SteeringPolicy> policies, IReadOnlyList<NamedSae> saes) => _model.Sandbox(parsed) is not { } sandbox
        ? []
        : policies.SelectMany(PolicySaes.Unplaced).Distinct(StringComparer.Ordinal)
            .Where(id => sandbox.Saes.ContainsKey(id) && saes.All(sae => sae.Id != id))
            .Select(id => NamedSae.Load(id, sandbox.Sae));

    /// <summary>The features to watch.</summary>
    public IReadOnlyList<InterventionTarget> Watch(ParseResult parsed) =>
        [.. ((_watch is null ? null : parsed.GetValue(_watch)) ?? []).Select(ParseFeature)];

    /// <summary>Everything compiled for a model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="manifest">The model's manifest, or null where it has no sockets.</param>
    /// <param name="folder">The model folder, for messages.</param>
    /// <exception cref="SteeringException">Something does not fit.</exception>
    public CompiledPolicy Compile(ParseResult parsed, SocketManifest? manifest, string folder)
    {
        var policies = Policies(parsed);
        var watch = Watch(parsed);
        if (policies.Count == 0 && watch.Count == 0)
        {
            return CompiledPolicy.Empty;
        }

        return Compiler(parsed, policies, manifest, folder).Compile(policies, watch);
    }

    /// <summary>A compiler that knows every SAE that was given or that the policies name.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="manifest">The model's manifest, or null where it has no sockets.</param>
    /// <param name="folder">The model folder, for messages.</param>
    /// <exception cref="SteeringException">An SAE does not belong to the model, or the model has no sockets.</exception>
    public PolicyCompiler Compiler(ParseResult parsed, IReadOnlyList<SteeringPolicy> policies, SocketManifest? manifest, string folder)
    {
        var saes = Saes(parsed);
        return Compiler(manifest, [.. saes, .. Missing(parsed, policies, saes)], folder, AllowOtherModel(parsed)) ?? throw NoSockets(folder);
    }

    /// <summary>Whether SAEs and vectors made on another model are accepted.</summary>
    public bool AllowOtherModel(ParseResult parsed) => parsed.GetValue(_other);

    /// <summary>A compiler for a model and the SAEs, each of which must belong to the model; null where the model has no sockets and there is no SAE.</summary>
    /// <exception cref="SteeringException">An SAE does not belong to the model, or the model has no sockets for it.</exception>
    public static PolicyCompiler? Compiler(SocketManifest? manifest, IEnumerable<NamedSae> saes, string folder, bool allowOtherModel)
    {
        var resources = new SteeringResources { AllowOtherModel = allowOtherModel };
        foreach (var sae in saes)
        {
            SaeModelMatch.Check(sae.Sae, manifest ?? throw NoSockets(folder), sae.GivenSite, allowOtherModel);
            resources.AddSae(sae.Id, sae.Sae, sae.GivenSite);
        }

        return manifest is null ? null : new PolicyCompiler(manifest, resources);
    }

    /// <summary>Says that a model folder cannot be steered.</summary>
    public static SteeringException NoSockets(string folder) =>
        new($"{folder} has no sockets, so it cannot be steered or watched. Make a socketed folder with 'steer socket {folder} OUT --sites …'.");

    /// <summary>Reads <c>4514</c> or <c>id#4514</c>.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static FeatureTarget ParseFeature(string text)
    {
        var hash = text.LastIndexOf('#');
        if (!int.TryParse(text.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var feature))
        {
            throw new UsageException($"'{text}' names no feature; write its number, as in 4514, or the SAE's id and the number, as in main#4514.");
        }

        return hash > 0 ? Feature.Of(text[..hash], feature) : Feature.Of(feature);
    }

    private void RefuseUnusedSaes(CommandResult result)
    {
        if (result.GetResult(_saes) is { Implicit: false } && result.GetResult(_policies) is not { Implicit: false } && (_watch is null || result.GetResult(_watch) is not { Implicit: false }))
        {
            result.AddError($"--sae does nothing by itself: give --policy{(_watch is null ? string.Empty : " or --watch")} too.");
        }
    }

    private static Option<string[]> Repeated(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}
