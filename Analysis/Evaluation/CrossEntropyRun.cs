using Steering.Numerics;
using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>Sums next-token losses of the model with its residual stream replaced in several ways, a few windows at a time.</summary>
internal sealed class CrossEntropyRun(IEvaluationModel model, SparseAutoencoder autoencoder, float[] mean, bool everywhere)
{
    private readonly double[] _sums = new double[5];
    private float[] _residual = [];
    private float[] _edited = [];
    private float[] _logits = [];
    private long _tokens;
    private int _windows;

    private enum Variant
    {
        Clean,
        Spliced,
        Everywhere,
        Zero,
        Mean,
    }

    /// <summary>Adds windows of one length.</summary>
    public void Add(int[] ids, int sequences, int length, CancellationToken cancellationToken)
    {
        var (tokens, width) = (ids.Length, model.HiddenSize);
        Array.Resize(ref _residual, tokens * width);
        Array.Resize(ref _edited, tokens * width);
        Array.Resize(ref _logits, checked(tokens * model.VocabularySize));
        model.ReadSite(ids, sequences, length, _residual);
        foreach (var variant in Enum.GetValues<Variant>())
        {
            if (variant == Variant.Everywhere && !everywhere)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Edit(variant, sequences, length);
            model.RunFromSite(_edited, sequences, length, _logits);
            _sums[(int)variant] += NextTokenLoss.Sum(_logits, ids, sequences, length, model.VocabularySize);
        }

        _windows += sequences;
        _tokens += sequences * (length - 1L);
    }

    public CrossEntropyMetrics ToMetrics() => new()
    {
        Windows = _windows,
        NextTokens = _tokens,
        Clean = Of(Variant.Clean),
        Spliced = Of(Variant.Spliced),
        SplicedEverywhere = everywhere ? Of(Variant.Everywhere) : null,
        ZeroAblated = Of(Variant.Zero),
        MeanAblated = Of(Variant.Mean),
    };

    private double Of(Variant variant) => _sums[(int)variant] / _tokens;

    private void Edit(Variant variant, int sequences, int length)
    {
        var width = model.HiddenSize;
        switch (variant)
        {
            case Variant.Spliced or Variant.Everywhere:
                autoencoder.DecodeSparse(autoencoder.EncodeSparse(_residual, sequences * length), _residual, _edited);
                break;
            case Variant.Zero:
                Array.Clear(_edited);
                break;
            case Variant.Mean:
                for (var token = 0; token < sequences * length; token++)
                {
                    mean.CopyTo(_edited, token * width);
                }

                break;
            default:
                _residual.CopyTo(_edited, 0);
                break;
        }

        for (var sequence = 0; variant != Variant.Everywhere && sequence < sequences; sequence++)
        {
            Array.Copy(_residual, sequence * length * width, _edited, sequence * length * width, width);
        }
    }
}

/// <summary>Sum of next-token cross-entropies from logits: −log softmax(logits[t])[id[t + 1]].</summary>
internal static class NextTokenLoss
{
    /// <summary>The sum over the first length − 1 tokens of each sequence, in nats.</summary>
    /// <param name="logits">[sequences, length, vocabulary].</param>
    /// <param name="ids">[sequences, length].</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="vocabulary">Number of logits of a token.</param>
    public static double Sum(ReadOnlyMemory<float> logits, ReadOnlyMemory<int> ids, int sequences, int length, int vocabulary)
    {
        var losses = new double[sequences * length];
        Parallel.For(0, sequences * length, token =>
        {
            if (token % length < length - 1)
            {
                losses[token] = Loss(logits.Span.Slice(token * vocabulary, vocabulary), ids.Span[token + 1]);
            }
        });
        return losses.Sum();
    }

    private static double Loss(ReadOnlySpan<float> logits, int next) => LogSumExp.Of(logits) - logits[next];
}
