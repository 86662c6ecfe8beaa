namespace Steering.Training.Kernels;

/// <summary>Which pre-activations become activations in a sparse step.</summary>
public enum SparseSelection
{
    /// <summary>The k largest of each token, where positive (arXiv 2406.04093).</summary>
    TopK,

    /// <summary>The k of largest magnitude of each token, with their sign (arXiv 2510.00404).</summary>
    AbsTopK,

    /// <summary>The k·B largest of the whole batch of B tokens, where positive (arXiv 2412.06410).</summary>
    BatchTopK,
}
