using Steering.Cli.CommandLine;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>The policies that a chat can take by name, and the SAEs that they need.</summary>
internal sealed class PolicyShelf
{
    /// <summary>Policies come from files only.</summary>
    public static PolicyShelf Empty { get; } = new();

    /// <summary>Policy files by name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The file that a name or path stands for.</summary>
    public Func<string, string> Find { get; init; } = path => path;

    /// <summary>The SAEs that policies name and that are not among the known ones.</summary>
    public Func<IEnumerable<SteeringPolicy>, IReadOnlyList<NamedSae>, IEnumerable<NamedSae>> Missing { get; init; } = (_, _) => [];
}
