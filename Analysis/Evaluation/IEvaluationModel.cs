namespace Steering.Analysis.Evaluation;

/// <summary>A language model that stops at one site, and goes on from there with whatever residual stream it is given.</summary>
public interface IEvaluationModel
{
    /// <summary>Width d of the residual stream.</summary>
    int HiddenSize { get; }

    /// <summary>Number of logits of a token.</summary>
    int VocabularySize { get; }

    /// <summary>Runs the model up to the site.</summary>
    /// <param name="ids">[sequences, length] token ids, row-major.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="residual">[sequences, length, d]; receives the residual stream.</param>
    void ReadSite(ReadOnlySpan<int> ids, int sequences, int length, Span<float> residual);

    /// <summary>Runs the model from the site on.</summary>
    /// <param name="residual">[sequences, length, d] residual stream.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="logits">[sequences, length, vocabulary]; receives the logits.</param>
    void RunFromSite(ReadOnlySpan<float> residual, int sequences, int length, Span<float> logits);
}
