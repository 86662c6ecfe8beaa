using Steering.IO;

namespace Steering.Policies;

/// <summary>Reads and writes policy files.</summary>
internal static class PolicyFile
{
    public static SteeringPolicy Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        var policy = PolicyReader.Parse(ReadableFile.ReadAllBytes(full, SteeringPolicy.MaximumBytes), $"the policy file {full}");
        return policy with { Folder = Path.GetDirectoryName(full) };
    }

    public static void Save(SteeringPolicy policy, string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        AtomicFile.WriteAllBytes(full, Rebase(policy, folder).ToJson());
    }

    /// <summary>Rewrites relative paths that start from another folder so that they start from <paramref name="folder"/>.</summary>
    private static SteeringPolicy Rebase(SteeringPolicy policy, string folder)
    {
        if (policy.Folder is not { } old || string.Equals(Path.GetFullPath(old), folder, StringComparison.Ordinal))
        {
            return policy;
        }

        return policy with
        {
            Saes = policy.Saes.ToDictionary(entry => entry.Key, entry => entry.Value with { Path = Move(entry.Value.Path) }, StringComparer.Ordinal),
            Interventions =
            [
                .. policy.Interventions.Select(intervention => intervention with
                {
                    Target = MoveTarget(intervention.Target),
                    Gate = intervention.Gate is ActivationGate gate ? gate with { Target = MoveTarget(gate.Target) } : intervention.Gate,
                }),
            ],
        };

        InterventionTarget MoveTarget(InterventionTarget target) =>
            target is DirectionTarget { Vector: { } vector } direction ? direction with { Vector = Move(vector) } : target;

        string Move(string relative) =>
            Path.IsPathRooted(relative) ? relative : Path.GetRelativePath(folder, Path.Combine(old, relative)).Replace(Path.DirectorySeparatorChar, '/');
    }
}
