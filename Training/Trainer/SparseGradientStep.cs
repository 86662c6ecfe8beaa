using Steering.Training.Autoencoders;
using Steering.Training.Kernels;
using Steering.Training.Optimisation;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>The step of the kinds that keep few latents: gradients only where they are not zero.</summary>
internal sealed unsafe class SparseGradientStep : IGradientStep
{
    private readonly SparseWeights _weights;
    private readonly SparseStep _step;
    private readonly SparseAdam _adam;

    public SparseGradientStep(RankedKind kind, SaeWeights weights, int batch, WorkerTeam team)
    {
        var settings = kind.Ranked;
        var (width, latents) = (weights.HiddenSize, weights.LatentCount);
        var nested = settings as MatryoshkaSettings;
        var prefixes = nested?.WidthsFor(latents) ?? [latents];
        _weights = new SparseWeights(weights.Encoder, weights.EncoderBias!, weights.Decoder, weights.DecoderBias);
        _adam = new SparseAdam(latents, width, team);
        _step = new SparseStep(
            new SparseStepOptions
            {
                Selection = kind switch
                {
                    TopKKind => SparseSelection.TopK,
                    AbsTopKKind => SparseSelection.AbsTopK,
                    _ => SparseSelection.BatchTopK,
                },
                K = settings.K,
                SubtractDecoderBias = settings.SubtractDecoderBias,
                Prefixes = prefixes,
                PrefixWeights = [.. prefixes.Select(_ => nested?.WeightFor(latents) ?? 1)],
                AuxiliaryLatents = settings.Auxiliary.Coefficient > 0 ? settings.Auxiliary.LatentsFor(width) : 0,
                AuxiliaryCoefficient = (float)settings.Auxiliary.Coefficient,
            },
            width,
            latents,
            batch,
            team);
        Moments = new Dictionary<string, AdamMoments>(StringComparer.Ordinal)
        {
            ["encoder"] = _adam.Encoder,
            ["encoder_bias"] = _adam.EncoderBias,
            ["decoder"] = _adam.Decoder,
            ["decoder_bias"] = _adam.DecoderBias,
        };
    }

    public IReadOnlyDictionary<string, AdamMoments> Moments { get; }

    /// <summary>Whether the sparse step computes what these settings ask for; if not, <see cref="DenseGradientStep"/> does.</summary>
    public static bool Serves(SaeKindSettings settings) =>
        settings is RankedSettings { UnitNormDecoder: true, Normalisation: Saes.InputNormalisation.None, Auxiliary.Form: AuxiliaryForm.Residual }
        && settings is not MatryoshkaSettings { AuxiliaryByPrefix: true };

    public GradientStepResult Compute(Tensor batch, int[] dead, double sparsity)
    {
        var result = _step.Run(_weights, TensorMemory.Pointer(batch), (int)batch.shape[0], dead);
        return new GradientStepResult(result.Loss, result.FullSquaredError, result.ActiveCount, result.SmallestActivation, result.GradientNorm);
    }

    public void Update(AdamKernel kernel, float scale) => _adam.Step(kernel, _weights, _step.Gradients, scale);

    public bool WasActive(int latent) => _step.Index.Has(latent);

    public void Dispose()
    {
        _step.Dispose();
        _adam.Dispose();
    }
}
