using System.Buffers;
using System.Numerics.Tensors;

namespace Steering.Saes;

public sealed unsafe partial class SparseAutoencoder
{
    /// <summary>
    /// Matching pursuit (arXiv 2506.03093): take the latent whose decoder row has the largest positive product with the
    /// residual, add the product to its activation, subtract it from the residual, and repeat. It ends after the given
    /// number of steps, where a step adds no new latent (its product still counts), or where the residual is small.
    /// </summary>
    private void Pursue(float* x, int tokens, TokenScale[] scales, float* activations)
    {
        var steps = _parameters.MaxIterations == 0 ? HiddenSize : _parameters.MaxIterations;
        Parallel.For(0, tokens, token =>
        {
            var rented = ArrayPool<float>.Shared.Rent(HiddenSize + LatentCount);
            try
            {
                var residual = rented.AsSpan(0, HiddenSize);
                var products = rented.AsSpan(HiddenSize, LatentCount);
                Normalise(new ReadOnlySpan<float>(x + ((nint)token * HiddenSize), HiddenSize), scales[token], residual);
                Pursue(residual, products, steps, new Span<float>(activations + ((nint)token * LatentCount), LatentCount));
            }
            finally
            {
                ArrayPool<float>.Shared.Return(rented);
            }
        });
    }

    private void Pursue(Span<float> residual, Span<float> products, int steps, Span<float> activations)
    {
        activations.Clear();
        for (var step = 0; step < steps; step++)
        {
            fixed (float* r = residual, p = products, rows = _write)
            {
                RowProduct.Multiply(r, 1, HiddenSize, rows, 0, LatentCount, p, LatentCount);
            }

            var best = TensorPrimitives.IndexOfMax(products);
            var product = products[best];
            var grows = product > 0 && activations[best] == 0;
            if (product > 0)
            {
                activations[best] += product;
                TensorPrimitives.MultiplyAdd(_write.AsSpan(best * HiddenSize, HiddenSize), -product, residual, residual);
            }

            if (product <= 0
                || (_parameters.StopOnDuplicateSupport && !grows)
                || (_parameters.ResidualThreshold > 0 && TensorPrimitives.Norm(residual) < _parameters.ResidualThreshold))
            {
                return;
            }
        }
    }

    private void Normalise(ReadOnlySpan<float> x, TokenScale scale, Span<float> normalised)
    {
        TensorPrimitives.Subtract(x, scale.Mean, normalised);
        TensorPrimitives.Multiply(normalised, scale.Inverse, normalised);
        if (_parameters.ApplyDecoderBiasToInput)
        {
            TensorPrimitives.Subtract(normalised, _output, normalised);
        }
    }
}
