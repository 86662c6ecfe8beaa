using System.Globalization;
using System.Numerics.Tensors;

namespace Steering.Saes;

public sealed unsafe partial class SparseAutoencoder
{
    /// <summary>Reconstruction of the residual vectors. Only active latents cost anything.</summary>
    /// <param name="activations">[T, D].</param>
    /// <param name="x">
    /// [T, d], the vectors that were encoded: their scale (and mean) is put back where the autoencoder normalises each
    /// token. May be empty where <see cref="Normalisation"/> is none.
    /// </param>
    /// <param name="tokens">T.</param>
    /// <param name="reconstruction">[T, d]; receives the result.</param>
    /// <exception cref="SteeringException">A size that does not fit.</exception>
    public void Decode(ReadOnlySpan<float> activations, ReadOnlySpan<float> x, int tokens, Span<float> reconstruction)
    {
        CheckLength("activations", activations.Length, tokens, LatentCount);
        CheckDecode(x, tokens, reconstruction);
        fixed (float* a = activations, input = x, output = reconstruction)
        {
            float* from = a, reference = input, to = output;
            ForEachToken(tokens, token =>
            {
                var target = Start(to, token);
                var row = new ReadOnlySpan<float>(from + ((nint)token * LatentCount), LatentCount);
                for (var at = row.IndexOfAnyExcept(0f); at >= 0;)
                {
                    Accumulate(at, row[at], target);
                    var step = row[(at + 1)..].IndexOfAnyExcept(0f);
                    at = step < 0 ? -1 : at + 1 + step;
                }

                Restore(reference, token, target);
            });
        }
    }

    /// <summary>As <see cref="Decode"/>, from the active latents alone.</summary>
    /// <param name="activations">Active latents of T tokens.</param>
    /// <param name="x">[T, d], the vectors that were encoded; may be empty where <see cref="Normalisation"/> is none.</param>
    /// <param name="reconstruction">[T, d]; receives the result.</param>
    /// <exception cref="SteeringException">A size that does not fit.</exception>
    public void DecodeSparse(SparseActivations activations, ReadOnlySpan<float> x, Span<float> reconstruction)
    {
        ArgumentNullException.ThrowIfNull(activations);
        if (activations.LatentCount != LatentCount)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: the activations are of {activations.LatentCount} latents, the autoencoder has {LatentCount}."));
        }

        CheckDecode(x, activations.Tokens, reconstruction);
        fixed (float* input = x, output = reconstruction)
        {
            float* reference = input, to = output;
            ForEachToken(activations.Tokens, token =>
            {
                var target = Start(to, token);
                var indices = activations.Indices(token);
                var values = activations.Values(token);
                for (var i = 0; i < indices.Length; i++)
                {
                    Accumulate(indices[i], values[i], target);
                }

                Restore(reference, token, target);
            });
        }
    }

    private static void ForEachToken(int tokens, Action<int> decode)
    {
        if (tokens >= TokenBlock)
        {
            Parallel.For(0, tokens, decode);
            return;
        }

        for (var token = 0; token < tokens; token++)
        {
            decode(token);
        }
    }

    private Span<float> Start(float* reconstruction, int token)
    {
        var target = new Span<float>(reconstruction + ((nint)token * HiddenSize), HiddenSize);
        _output.CopyTo(target);
        return target;
    }

    private void Accumulate(int latent, float activation, Span<float> target) =>
        TensorPrimitives.MultiplyAdd(_write.AsSpan(latent * HiddenSize, HiddenSize), activation, target, target);

    private void Restore(float* x, int token, Span<float> target)
    {
        if (Normalisation == InputNormalisation.None)
        {
            return;
        }

        var scale = TokenScale.Of(new ReadOnlySpan<float>(x + ((nint)token * HiddenSize), HiddenSize), Normalisation);
        TensorPrimitives.Multiply(target, scale.Output, target);
        TensorPrimitives.Add(target, scale.Mean, target);
    }

    private void CheckDecode(ReadOnlySpan<float> x, int tokens, ReadOnlySpan<float> reconstruction)
    {
        CheckLength("reconstruction", reconstruction.Length, tokens, HiddenSize);
        if (Normalisation != InputNormalisation.None || !x.IsEmpty)
        {
            CheckLength("x (needed to undo the per-token normalisation)", x.Length, tokens, HiddenSize);
        }
    }
}
