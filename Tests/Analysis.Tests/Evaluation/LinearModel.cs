using Steering.Analysis.Evaluation;

namespace Steering.Tests.Analysis.Evaluation;

/// <summary>A language model small enough to compute by hand: the residual stream is a table's row, the logits a matrix times it.</summary>
internal sealed class LinearModel(float[][] embedding, float[][] head) : IEvaluationModel
{
    public int HiddenSize => embedding[0].Length;

    public int VocabularySize => head.Length;

    public void ReadSite(ReadOnlySpan<int> ids, int sequences, int length, Span<float> residual)
    {
        for (var token = 0; token < ids.Length; token++)
        {
            embedding[ids[token]].CopyTo(residual[(token * HiddenSize)..]);
        }
    }

    public void RunFromSite(ReadOnlySpan<float> residual, int sequences, int length, Span<float> logits)
    {
        for (var token = 0; token < sequences * length; token++)
        {
            for (var word = 0; word < VocabularySize; word++)
            {
                var sum = 0f;
                for (var i = 0; i < HiddenSize; i++)
                {
                    sum += head[word][i] * residual[(token * HiddenSize) + i];
                }

                logits[(token * VocabularySize) + word] = sum;
            }
        }
    }
}
