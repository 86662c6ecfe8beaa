namespace Steering.Cli.Concepts;

/// <summary>What chosen features are set beside.</summary>
internal enum ControlKind
{
    /// <summary>Other latents that fire as often, pushed as far.</summary>
    RandomLatent,

    /// <summary>Random directions, pushed as far.</summary>
    RandomDirection,

    /// <summary>The same choice after the labels were dealt out anew.</summary>
    ShuffledLabels,
}
