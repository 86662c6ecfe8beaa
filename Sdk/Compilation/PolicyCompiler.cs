using System.Globalization;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>
/// Turns policies into what is plugged into one socketed model. Each edited feature or direction becomes a row of its
/// site; what gates look at and what is watched become rows that edit nothing, shared where they read the same.
/// Everything is checked against the model's manifest and the SAEs.
/// </summary>
/// <param name="manifest">The manifest of the socketed model folder.</param>
/// <param name="resources">The SAEs, vectors and callbacks that policies may name.</param>
public sealed class PolicyCompiler(SocketManifest manifest, SteeringResources resources)
{
    /// <summary>Largest number of rows at all sites together.</summary>
    public const int MaximumRows = 8192;

    /// <summary>Compiles one policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="SteeringException">The policy is not valid, or does not fit the model or the SAEs; the message names the intervention.</exception>
    public CompiledPolicy Compile(SteeringPolicy policy) => Compile([policy]);

    /// <summary>Compiles several policies that act together, and what is to be watched beside them.</summary>
    /// <param name="policies">The policies; their interventions are numbered through in this order.</param>
    /// <param name="watch">Features and directions whose activations are wanted; a feature without SAE id means the only registered one.</param>
    /// <exception cref="SteeringException">A policy is not valid, or does not fit the model, the SAEs or another policy; the message names the interventions.</exception>
    public CompiledPolicy Compile(IReadOnlyList<SteeringPolicy> policies, IReadOnlyList<InterventionTarget>? watch = null) => Compile(policies, watch, exclusive: false);

    /// <summary>As above; policies that are exclusive never act at the same time, so that several may edit the same thing.</summary>
    internal CompiledPolicy Compile(IReadOnlyList<SteeringPolicy> policies, IReadOnlyList<InterventionTarget>? watch, bool exclusive)
    {
        ArgumentNullException.ThrowIfNull(policies);
        var resolver = new TargetResolver(manifest, resources);
        var conflicts = new ConflictCheck();
        var drafts = new List<InterventionDraft>();
        foreach (var policy in policies)
        {
            ArgumentNullException.ThrowIfNull(policy);
            policy.Validate();
            conflicts = exclusive ? new ConflictCheck() : conflicts;
            for (var index = 0; index < policy.Interventions.Count; index++)
            {
                var draft = new InterventionDraft(policy, policy.Interventions[index], Where(policy, index));
                drafts.Add(draft);
                draft.AddRows(resolver, conflicts, drafts.Count - 1);
                CheckSize(resolver, draft.Where);
            }
        }

        // After all edits: a gate may look at a latent that a later intervention edits, and then shares its row.
        foreach (var draft in drafts)
        {
            draft.AddGate(resolver, resources);
        }

        var watches = Watch(resolver, policies, watch ?? []);
        CheckSize(resolver, "The policy and what it watches");
        return Assemble(resolver, drafts, watches);
    }

    private static List<(SiteDraft Site, RowDraft Row, string Label)> Watch(TargetResolver resolver, IReadOnlyList<SteeringPolicy> policies, IReadOnlyList<InterventionTarget> watch)
    {
        var watches = new List<(SiteDraft, RowDraft, string)>();
        for (var index = 0; index < watch.Count; index++)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"watch[{index}]");
            var problems = new ProblemList();
            TargetValidator.Check(watch[index], where, problems);
            problems.ThrowIfAny("What is to be watched");
            var owner = Owner(policies, watch[index]);
            foreach (var target in resolver.Resolve(owner, watch[index], where))
            {
                watches.Add((target.Site, InterventionDraft.ReadingRow(target, where), target.Label));
            }
        }

        return watches;
    }

    /// <summary>The policy whose SAEs and folder a watched target means: the first that names its SAE, or the first of all.</summary>
    private static SteeringPolicy? Owner(IReadOnlyList<SteeringPolicy> policies, InterventionTarget target) =>
        target is FeatureTarget { Sae: { } id }
            ? policies.FirstOrDefault(policy => policy.Saes.ContainsKey(id))
            : policies.FirstOrDefault(policy => policy.Saes.Count > 0) ?? (policies.Count > 0 ? policies[0] : null);

    private static CompiledPolicy Assemble(TargetResolver resolver, List<InterventionDraft> drafts, List<(SiteDraft Site, RowDraft Row, string Label)> watches)
    {
        var used = resolver.Used.ToArray();
        if (used.Length == 0)
        {
            return CompiledPolicy.Empty;
        }

        var indices = used.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return new CompiledPolicy
        {
            Sites = [.. used.Select(site => site.Build())],
            Interventions = [.. drafts.Select(draft => draft.Build(indices))],
            Watches = [.. watches.Select(watch => new CompiledWatch(watch.Label, new RowAddress(indices[watch.Site], watch.Row.Index)))],
        };
    }

    private static void CheckSize(TargetResolver resolver, string where)
    {
        if (resolver.RowCount > MaximumRows)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{where}: more than {MaximumRows} rows are needed, which is the most that a policy may have; edit fewer features or sites."));
        }
    }

    private static string Where(SteeringPolicy policy, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"Policy '{policy.Name}' interventions[{index}] ({policy.Interventions[index].DisplayName})");
}
