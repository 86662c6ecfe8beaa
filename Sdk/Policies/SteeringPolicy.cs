using System.Text.Json.Serialization;

namespace Steering.Policies;

/// <summary>
/// What to steer and how: an immutable list of interventions, the same in code, in JSON files, in configuration and on
/// the command line. The format is described field by field in docs/policies.md and by <see cref="PolicySchema"/>.
/// </summary>
[JsonConverter(typeof(SteeringPolicyJsonConverter))]
public sealed record SteeringPolicy
{
    /// <summary>The version of the format that this library reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Largest policy file, in bytes.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>Largest number of interventions.</summary>
    public const int MaximumInterventions = 1024;

    /// <summary>Largest number of features in one intervention.</summary>
    public const int MaximumFeatures = 4096;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Name of the policy.</summary>
    public required string Name { get; init; }

    /// <summary>What the policy is for, for people.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// Whether the sequence's first token is left alone, unless an intervention says otherwise: models park residuals of
    /// enormous norm there, which mean nothing.
    /// </summary>
    public bool SkipPositionZero { get; init; } = true;

    /// <summary>The SAEs that the interventions name, by id.</summary>
    public IReadOnlyDictionary<string, SaeReference> Saes
    {
        get;
        init => field = SaeReferences.Of(value);
    }
    = SaeReferences.Empty;

    /// <summary>The edits. All of them read the residual stream as it was before any of them at their site.</summary>
    public IReadOnlyList<Intervention> Interventions
    {
        get;
        init => field = ValueList<Intervention>.Of(value);
    }
    = ValueList<Intervention>.Empty;

    /// <summary>
    /// Folder that the policy's relative paths start from: that of the file it was loaded from, null for a policy made
    /// in code, which takes the folder of the resources. Neither written to JSON nor compared.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>A policy without interventions, to add to.</summary>
    /// <param name="name">Name of the policy.</param>
    public static SteeringPolicy Create(string name) => new() { Name = name };

    /// <summary>Reads a policy from UTF-8 JSON.</summary>
    /// <param name="json">The document, at most <see cref="MaximumBytes"/> bytes.</param>
    /// <exception cref="SteeringException">The document is not a valid policy; the message names every problem and where it is.</exception>
    public static SteeringPolicy Parse(ReadOnlySpan<byte> json) => PolicyReader.Parse(json, "the policy");

    /// <summary>Reads a policy from JSON text.</summary>
    /// <param name="json">The document.</param>
    /// <exception cref="SteeringException">The document is not a valid policy; the message names every problem and where it is.</exception>
    public static SteeringPolicy Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(System.Text.Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Reads a policy file; its relative paths start from the file's folder.</summary>
    /// <param name="path">The file, at most <see cref="MaximumBytes"/> bytes.</param>
    /// <exception cref="SteeringException">The file is missing, too large or not a valid policy.</exception>
    public static SteeringPolicy Load(string path) => PolicyFile.Load(path);

    /// <summary>
    /// Writes the policy file, atomically. Relative paths of a policy that came from another folder are rewritten so
    /// that they name the same files.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">The policy is not valid, or the file cannot be written.</exception>
    public void Save(string path) => PolicyFile.Save(this, path);

    /// <summary>The policy as indented UTF-8 JSON.</summary>
    /// <exception cref="SteeringException">The policy is not valid.</exception>
    public byte[] ToJson()
    {
        Validate();
        return PolicyWriter.Write(this);
    }

    /// <summary>Checks everything that can be checked without a model.</summary>
    /// <exception cref="SteeringException">Something is wrong; the message names every problem and where it is.</exception>
    public void Validate()
    {
        var problems = new ProblemList();
        PolicyValidator.Check(this, problems);
        problems.ThrowIfAny($"The policy '{Name}'");
    }

    /// <summary>Compares everything but <see cref="Folder"/>.</summary>
    /// <param name="other">The other policy.</param>
    public bool Equals(SteeringPolicy? other) =>
        other is not null
        && Version == other.Version
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && string.Equals(Description, other.Description, StringComparison.Ordinal)
        && SkipPositionZero == other.SkipPositionZero
        && Saes.Equals(other.Saes)
        && Interventions.Equals(other.Interventions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Name, Description, SkipPositionZero, Saes, Interventions);
}

/// <summary>Where a policy says one of its SAEs lies.</summary>
/// <param name="Path">Folder of the SAE, relative to the policy file.</param>
/// <param name="Site">
/// Site whose residual stream the SAE was trained on, as in <c>resid_post.15</c>; null takes it from the SAE's own
/// configuration. Needed only where that names none.
/// </param>
public sealed record SaeReference(string Path, string? Site = null);
