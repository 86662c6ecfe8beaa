using Steering.Analysis.Selection;
using Steering.Catalogues;
using Steering.Concepts;

namespace Steering.Cli.Concepts;

/// <summary>A feature of the ranking, or what stands beside it as a control.</summary>
internal sealed record SelectedRow
{
    /// <summary>The latent; null for a random direction.</summary>
    public int? Latent { get; init; }

    /// <summary>The statistics that the numbers are from; those of shuffled labels for that control.</summary>
    public required ConceptStatistics Statistics { get; init; }

    /// <summary>The concept's index in them.</summary>
    public required int Concept { get; init; }

    /// <summary>Score by the ranking; null for a random direction.</summary>
    public double? Score { get; init; }

    /// <summary>ROC-AUC.</summary>
    public double? Auroc { get; init; }

    /// <summary>What is added and taken out; null where the SAE is not at hand.</summary>
    public Push? Push { get; init; }

    /// <summary>What it does to the next token, where that was measured.</summary>
    public OutputEffect? Output { get; init; }

    /// <summary>What it causes both ways, where that was measured.</summary>
    public CausalEffect? Causal { get; init; }

    /// <summary>Where it is largest in the texts.</summary>
    public IReadOnlyList<CatalogueExample> Examples { get; init; } = [];
}
