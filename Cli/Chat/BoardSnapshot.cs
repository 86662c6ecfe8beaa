using Steering.Compilation;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>What a board has in force at one moment.</summary>
/// <param name="Policy">The policies and dials, compiled.</param>
/// <param name="Shown">The features whose activations are drawn: the dials' and the watched ones, in the order of <see cref="CompiledPolicy.Watches"/>.</param>
internal sealed record BoardSnapshot(CompiledPolicy Policy, IReadOnlyList<FeatureTarget> Shown)
{
    /// <summary>Nothing in force, nothing drawn.</summary>
    public static BoardSnapshot Empty { get; } = new(CompiledPolicy.Empty, []);
}
