using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Saes.Formats;

namespace Steering;

/// <summary>
/// One model with everything that steers it: its SAEs and its named policies, compiled once. Thread-safe; the heart of
/// an application that steers, whether it chats or not. Once it is disposed of, what compiles or decodes throws
/// <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class SteeringEngine : IDisposable
{
    /// <summary>Policies that are kept compiled by value, beside those that are referred to.</summary>
    private const int KeptPolicies = 256;

    private readonly PolicyCompiler? _compiler;
    private readonly PolicyCache _compiled;
    private volatile IReadOnlyDictionary<string, SteeringPolicy> _named;
    private volatile CanaryResult? _canary;
    private volatile bool _disposed;

    /// <summary>Creates an engine on a loaded model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="resources">SAEs and folders that policies refer to.</param>
    /// <param name="policies">Named policies, or null for none.</param>
    /// <exception cref="SteeringException">A policy does not fit the model.</exception>
    public SteeringEngine(SteerableModel model, SteeringResources resources, IReadOnlyDictionary<string, SteeringPolicy>? policies = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(resources);
        Model = model;
        Resources = resources;
        _compiler = model.Manifest is { } manifest ? new PolicyCompiler(manifest, resources) : null;
        _compiled = new PolicyCache(KeptPolicies, CompileNew);
        _named = CompileAll(policies ?? new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal));
    }

    /// <summary>Whether disposing the engine disposes the model. Default: true.</summary>
    public bool OwnsModel { get; init; } = true;

    /// <summary>The model.</summary>
    public SteerableModel Model { get; }

    /// <summary>The SAEs and folders that policies refer to.</summary>
    public SteeringResources Resources { get; }

    /// <summary>The decisions that policies leave to the application, by name.</summary>
    public IReadOnlyDictionary<string, GateCallback> Callbacks { get; init; } = new Dictionary<string, GateCallback>(StringComparer.Ordinal);

    /// <summary>The clock of <see cref="CanaryResult.At"/>, and of chat templates that name the day. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Names of the policies.</summary>
    public IReadOnlyCollection<string> PolicyNames => [.. _named.Keys];

    /// <summary>Loads everything that the options name. Relative paths start from the current directory.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="time">The engine's <see cref="TimeProvider"/>, or null for the system's.</param>
    /// <exception cref="SteeringException">Something is missing or does not fit; the message says what.</exception>
    public static SteeringEngine Load(SteeringOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = SteerableModel.Load(options.ModelPath, new SteerableModelOptions { Device = options.Device, Threads = options.Threads, VerifyWeights = options.VerifyWeights, AllowCustomOperators = options.AllowCustomOperators, LoadGenAiWhenNeeded = options.Batching is not null });
        try
        {
            var resources = new SteeringResources { AllowOtherModel = options.AllowOtherModel };
            foreach (var name in options.Callbacks.Keys)
            {
                resources.AddCallback(name);
            }

            foreach (var (id, folder) in options.Saes)
            {
                resources.AddSae(id, SaeFolder.Load(folder));
            }

            return new SteeringEngine(model, resources, options.Policies.AsReadOnly()) { Callbacks = options.Callbacks.AsReadOnly(), TimeProvider = time ?? TimeProvider.System };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The compiled form of a named policy.</summary>
    /// <exception cref="UnknownNameException">There is no policy of that name; the message lists those there are.</exception>
    public CompiledPolicy Compile(string policyName) => Compile(Policy(policyName));

    /// <summary>A named policy.</summary>
    /// <exception cref="UnknownNameException">There is no policy of that name; the message lists those there are.</exception>
    public SteeringPolicy Policy(string policyName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(policyName);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var named = _named;
        return named.TryGetValue(policyName, out var policy)
            ? policy
            : throw new UnknownNameException(
                NamedKind.Policy,
                policyName,
                [.. named.Keys.Order(StringComparer.Ordinal)],
                $"There is no policy '{policyName}'. {(named.Count == 0 ? "None is registered" : "Registered are " + string.Join(", ", named.Keys.Order(StringComparer.Ordinal)))}; register it in SteeringOptions.Policies or pass a SteeringPolicy.");
    }

    /// <summary>Compiles a policy for this model, once for equal policies: one that is written inline in every request is compiled by the first.</summary>
    /// <exception cref="SteeringException">The policy does not fit the model.</exception>
    public CompiledPolicy Compile(SteeringPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _compiled.Get(policy);
    }

    /// <summary>Compiles several policies and what is to be watched beside them; every call compiles anew.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="watch">Features and directions whose activations are wanted.</param>
    /// <param name="exclusive">Whether only one of the policies acts at a time, so that several may edit the same thing.</param>
    internal CompiledPolicy Compile(IReadOnlyList<SteeringPolicy> policies, IReadOnlyList<InterventionTarget> watch, bool exclusive)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _compiler is { } compiler
            ? compiler.Compile(policies, watch, exclusive)
            : throw new SteeringException($"{Model.Folder} has no sockets, so nothing in it can be read or steered. Make a socketed folder with 'steer socket'.");
    }

    /// <summary>Replaces all named policies at once; requests that are running keep theirs.</summary>
    /// <exception cref="SteeringException">A policy does not fit the model; then none is replaced.</exception>
    public void ReplacePolicies(IReadOnlyDictionary<string, SteeringPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _named = CompileAll(policies);
    }

    /// <summary>
    /// Makes sure that steering reaches the model: a large known edit must change the logits at every site. Decodes a prompt
    /// for each of them; <see cref="LastCanary"/> keeps what came of it.
    /// </summary>
    /// <exception cref="SteeringException">A site does not answer, or the model has none.</exception>
    public void RunCanary(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            SteeringCanary.Run(Model, cancellationToken);
            _canary = new CanaryResult(TimeProvider.GetUtcNow(), Failure: null);
        }
        catch (SteeringException exception)
        {
            _canary = new CanaryResult(TimeProvider.GetUtcNow(), exception.Message);
            throw;
        }
    }

    /// <summary>What the latest <see cref="RunCanary"/> found, or null before the first.</summary>
    /// <exception cref="ObjectDisposedException">The engine was disposed of.</exception>
    public CanaryResult? LastCanary
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _canary;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        if (OwnsModel)
        {
            Model.Dispose();
        }
    }

    private Dictionary<string, SteeringPolicy> CompileAll(IReadOnlyDictionary<string, SteeringPolicy> policies)
    {
        foreach (var policy in policies.Values)
        {
            Compile(policy);
        }

        return new Dictionary<string, SteeringPolicy>(policies, StringComparer.Ordinal);
    }

    private CompiledPolicy CompileNew(SteeringPolicy policy)
    {
        if (policy.Interventions.Count == 0)
        {
            return CompiledPolicy.Empty;
        }

        return _compiler is { } compiler
            ? compiler.Compile(policy)
            : throw new SteeringException($"{Model.Folder} has no sockets, so the policy '{policy.Name}' cannot steer it. Make a socketed folder with 'steer socket'.");
    }
}
