using Steering.Training.Autoencoders;
using Steering.Training.Kernels;
using Steering.Training.Optimisation;
using Steering.Training.Torch;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>The step of every other kind: plain autograd, then Adam in one pass over memory.</summary>
internal sealed class DenseGradientStep : IGradientStep
{
    private readonly SaeKind _kind;
    private readonly SaeWeights _weights;
    private readonly DenseAdam _adam;
    private readonly bool[] _active;

    public DenseGradientStep(SaeKind kind, SaeWeights weights, WorkerTeam team)
    {
        (_kind, _weights) = (kind, weights);
        _active = new bool[weights.LatentCount];
        _adam = new DenseAdam([.. weights.Named], team);
        weights.RequireGradients(true);
    }

    public IReadOnlyDictionary<string, AdamMoments> Moments => _adam.Moments;

    public GradientStepResult Compute(Tensor batch, int[] dead, double sparsity)
    {
        using var scope = NewDisposeScope();
        _weights.ZeroGradients();
        var loss = _kind.Loss(_weights, batch, new LossContext { SparsityCoefficient = sparsity, Dead = dead.Length == 0 ? null : Mask(dead) });
        loss.Total.backward();
        _kind.PrepareGradients(_weights);
        using var gradient = no_grad();
        var active = loss.Activations.ne(HeldScalars.Zero);
        active.any(0).data<bool>().CopyTo(_active);
        var smallest = loss.Activations.masked_fill(loss.Activations.le(HeldScalars.Zero), HeldScalars.PositiveInfinity).min().item<float>();
        var error = (loss.Reconstruction - batch).Squared().sum([1L]).mean().item<float>();
        return new GradientStepResult(loss.Total.item<float>(), error, active.sum().item<long>(), smallest, _adam.GradientNorm());
    }

    public void Update(AdamKernel kernel, float scale)
    {
        _adam.Update(kernel, scale);
        _kind.Project(_weights);
    }

    public bool WasActive(int latent) => _active[latent];

    public void Dispose() => _adam.Dispose();

    private Tensor Mask(int[] latents)
    {
        var mask = new bool[_weights.LatentCount];
        foreach (var latent in latents)
        {
            mask[latent] = true;
        }

        return tensor(mask);
    }
}
