namespace Steering.Analysis.Selection;

/// <summary>How a dense direction is found.</summary>
public enum DenseMethod
{
    /// <summary>Difference of the two kinds' means (AxBench's DiffMean, arXiv 2501.17148).</summary>
    DiffMean,

    /// <summary>First principal component of the paired differences, not centred: that of the states about the middle of their pair (CAST, arXiv 2409.05907).</summary>
    Pca,

    /// <summary>Weights of a logistic regression with an L2 penalty.</summary>
    Probe,
}
