namespace Steering.Analysis.Detoxification;

/// <summary>How the toxic features are chosen.</summary>
public enum DetoxRanking
{
    /// <summary>Difference of mean activations among the features that STA keeps and that hardly fire on clean texts.</summary>
    StaFiring,

    /// <summary>Difference of mean activations among those that STA keeps (arXiv 2505.20322).</summary>
    Sta,

    /// <summary>Firing rate on toxic texts among those that hardly fire on clean ones (SAEBench's unlearning filter).</summary>
    Firing,

    /// <summary>Difference of mean activations.</summary>
    Mean,

    /// <summary>ROC-AUC of the activation.</summary>
    Auroc,
}
