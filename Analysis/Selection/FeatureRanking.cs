namespace Steering.Analysis.Selection;

/// <summary>By what features are ranked for a concept.</summary>
public enum FeatureRanking
{
    /// <summary>ROC-AUC of the activation.</summary>
    Auroc,

    /// <summary>Difference of mean activations.</summary>
    Mean,

    /// <summary>Difference of firing rates.</summary>
    Frequency,

    /// <summary>Firing rate, where the rest hardly fires.</summary>
    Firing,

    /// <summary>Difference of mean activations among those that STA keeps.</summary>
    Sta,

    /// <summary>Jensen–Shannon distance to the other concepts.</summary>
    Separability,
}
