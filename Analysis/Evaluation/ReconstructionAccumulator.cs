using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Analysis.Evaluation;

/// <summary>
/// Sums over residual vectors and their reconstructions, divided only at the end: ratios of sums, never means of ratios
/// (but for cosine and relative norm, which are defined token by token). Not thread-safe.
/// </summary>
internal sealed class ReconstructionAccumulator
{
    private readonly int _width;
    private readonly float[] _origin;
    private readonly double[] _sum;
    private readonly float[] _scratch;
    private long _tokens;
    private double _squaredError;
    private double _squaredDistance;
    private double _squaredNorm;
    private double _squaredReconstruction;
    private double _product;
    private double _cosine;
    private double _relativeNorm;
    private long _zero;

    /// <summary>Creates empty sums.</summary>
    /// <param name="width">Width d of the residual stream.</param>
    public ReconstructionAccumulator(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _width = width;
        _origin = new float[width];
        _sum = new double[width];
        _scratch = new float[width];
    }

    /// <summary>Number of tokens added.</summary>
    public long Tokens => _tokens;

    /// <summary>Adds tokens.</summary>
    /// <param name="x">[T, d] residual vectors.</param>
    /// <param name="reconstruction">[T, d] their reconstructions.</param>
    /// <exception cref="SteeringException">The sizes differ or are no multiple of d, or a number is not finite.</exception>
    public void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> reconstruction)
    {
        if (x.Length != reconstruction.Length || x.Length % _width != 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The residual vectors have {x.Length} numbers and the reconstructions {reconstruction.Length}; the same multiple of {_width} was expected."));
        }

        for (var start = 0; start < x.Length; start += _width)
        {
            AddToken(x.Slice(start, _width), reconstruction.Slice(start, _width));
        }
    }

    /// <summary>The metrics over everything added.</summary>
    /// <exception cref="SteeringException">Fewer than two tokens were added, or all of them are the same vector.</exception>
    public ReconstructionMetrics ToMetrics()
    {
        var spread = 0.0;
        foreach (var sum in _sum)
        {
            spread += sum * sum;
        }

        // Distances are taken from the first token, so nothing cancels where the mean is far from zero.
        var variance = _squaredDistance - (spread / Math.Max(_tokens, 1));
        if (_tokens < 2 || !(variance > 0))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The share of unexplained variance needs at least two different residual vectors; {_tokens} came. Give more text."));
        }

        return new ReconstructionMetrics
        {
            UnexplainedVariance = _squaredError / variance,
            MeanSquaredError = _squaredError / _tokens,
            Variance = variance / _tokens,
            Cosine = _cosine / (_tokens - _zero),
            RelativeNorm = _relativeNorm / (_tokens - _zero),
            RelativeBias = _product == 0 ? double.NaN : _squaredReconstruction / _product,
            RootMeanSquareNorm = Math.Sqrt(_squaredNorm / _tokens),
        };
    }

    private void AddToken(ReadOnlySpan<float> x, ReadOnlySpan<float> reconstruction)
    {
        TensorPrimitives.Subtract(x, reconstruction, _scratch);
        var error = TensorPrimitives.SumOfSquares<float>(_scratch);
        var norm = TensorPrimitives.SumOfSquares(x);
        var reconstructed = TensorPrimitives.SumOfSquares(reconstruction);
        var product = TensorPrimitives.Dot(x, reconstruction);
        if (!float.IsFinite(error + norm + reconstructed))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The residual vector or reconstruction of token {_tokens} is not finite or overflows fp32; an evaluation of it would mean nothing."));
        }

        if (_tokens == 0)
        {
            x.CopyTo(_origin);
        }

        TensorPrimitives.Subtract(x, _origin, _scratch);
        _squaredDistance += TensorPrimitives.SumOfSquares<float>(_scratch);
        for (var i = 0; i < _width; i++)
        {
            _sum[i] += _scratch[i];
        }

        _squaredError += error;
        _squaredNorm += norm;
        _squaredReconstruction += reconstructed;
        _product += product;
        _tokens++;
        if (norm == 0)
        {
            _zero++;
            return;
        }

        _cosine += reconstructed == 0 ? 0 : product / Math.Sqrt((double)norm * reconstructed);
        _relativeNorm += Math.Sqrt((double)reconstructed / norm);
    }
}
