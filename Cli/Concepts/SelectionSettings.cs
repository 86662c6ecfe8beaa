using Steering.Analysis.Selection;

namespace Steering.Cli.Concepts;

/// <summary>How features are chosen, as the command line says.</summary>
internal sealed record SelectionSettings
{
    /// <summary>Index of the concept.</summary>
    public required int Concept { get; init; }

    /// <summary>What candidates are ranked by.</summary>
    public required FeatureRanking By { get; init; }

    /// <summary>How many features.</summary>
    public required int Count { get; init; }

    /// <summary>For <see cref="FeatureRanking.Firing"/>: largest firing rate of the rest.</summary>
    public required double Rest { get; init; }

    /// <summary>Second order of the candidates, or null.</summary>
    public RerankBy? Rerank { get; init; }

    /// <summary>How many candidates are put into the second order.</summary>
    public int Candidates { get; init; }

    /// <summary>Neutral prompt at whose end features are amplified.</summary>
    public required string Prompt { get; init; }

    /// <summary>How far, in multiples of the largest activation.</summary>
    public double Amplify { get; init; }

    /// <summary>Texts of each kind in the causal check, or null for none.</summary>
    public int? CheckTexts { get; init; }

    /// <summary>Examples of each feature.</summary>
    public int Examples { get; init; }

    /// <summary>The controls.</summary>
    public IReadOnlyList<ControlKind> Controls { get; init; } = [];

    /// <summary>Seed of controls and of the causal check's texts.</summary>
    public long Seed { get; init; }

    /// <summary>Whether a model has to run.</summary>
    public bool NeedsModel => Rerank is not null || NeedsTexts;

    /// <summary>Whether labelled texts are read.</summary>
    public bool NeedsTexts => CheckTexts is not null || Examples > 0 || Controls.Any(control => control != ControlKind.RandomLatent);

    /// <summary>Whether the SAE is needed beside its statistics.</summary>
    public bool NeedsSae => NeedsModel || Controls.Count > 0;
}

/// <summary>By what candidates are put into a second order.</summary>
internal enum RerankBy
{
    /// <summary>Output score.</summary>
    OutputScore,

    /// <summary>Change of token confidence.</summary>
    TokenConfidence,
}

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

/// <summary>What <c>steer concept select</c> writes into a policy.</summary>
internal enum ConceptOperator
{
    Attenuate,
    RangeMask,
    Dampen,
    FullMask,
    Ablate,
}
