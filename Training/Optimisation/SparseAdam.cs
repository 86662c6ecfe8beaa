using Steering.Training.Kernels;

namespace Steering.Training.Optimisation;

/// <summary>Adam over the parameters of a sparse autoencoder; decoder rows are brought back to norm 1.</summary>
internal sealed unsafe class SparseAdam(int latents, int width, WorkerTeam team) : IDisposable
{
    private const int LatentBlock = 64;

    /// <summary>[D·d].</summary>
    public AdamMoments Encoder { get; } = new(checked(latents * width));

    /// <summary>[D·d].</summary>
    public AdamMoments Decoder { get; } = new(checked(latents * width));

    /// <summary>[D].</summary>
    public AdamMoments EncoderBias { get; } = new(latents);

    /// <summary>[d].</summary>
    public AdamMoments DecoderBias { get; } = new(width);

    /// <summary>Moves the parameters.</summary>
    /// <param name="kernel">Constants of this step.</param>
    /// <param name="weights">What is moved.</param>
    /// <param name="gradients">Where to.</param>
    /// <param name="scale">Factor on the gradients (clipping).</param>
    public void Step(AdamKernel kernel, SparseWeights weights, SparseGradients gradients, float scale)
    {
        team.Run((latents + LatentBlock - 1) / LatentBlock, (block, _) =>
        {
            var end = Math.Min(latents, (block + 1) * LatentBlock);
            for (var latent = block * LatentBlock; latent < end; latent++)
            {
                var at = (nint)latent * width;
                var touched = gradients.Touched[latent];
                var row = weights.Decoder + at;
                kernel.Apply(weights.Encoder + at, touched ? gradients.Encoder + at : null, scale, Encoder.First + at, Encoder.Second + at, width);
                kernel.Apply(row, touched ? gradients.Decoder + at : null, scale, Decoder.First + at, Decoder.Second + at, width);
                RowKernels.Scale(row, 1 / MathF.Sqrt(RowKernels.Dot(row, row, width)), width);
            }
        });
        kernel.Apply(weights.EncoderBias, gradients.EncoderBias, scale, EncoderBias.First, EncoderBias.Second, latents);
        kernel.Apply(weights.DecoderBias, gradients.DecoderBias, scale, DecoderBias.First, DecoderBias.Second, width);
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
        EncoderBias.Dispose();
        DecoderBias.Dispose();
    }
}
