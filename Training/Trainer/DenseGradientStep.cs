using System.Numerics.Tensors;
using Steering.Training.Architectures;
using Steering.Training.Optimisation;
using Steering.Training.Steps;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Trainer;

/// <summary>The step of every other kind: plain autograd, then Adam in one pass over memory.</summary>
internal sealed unsafe class DenseGradientStep : IGradientStep
{
    private const int Chunk = 1 << 16;

    private readonly SaeKind _kind;
    private readonly SaeWeights _weights;
    private readonly WorkerTeam _team;
    private readonly bool[] _active;
    private readonly Dictionary<string, AdamMoments> _moments;

    public DenseGradientStep(SaeKind kind, SaeWeights weights, WorkerTeam team)
    {
        (_kind, _weights, _team) = (kind, weights, team);
        _active = new bool[weights.LatentCount];
        _moments = weights.Named.ToDictionary(pair => pair.Name, pair => new AdamMoments(checked((int)pair.Value.numel())), StringComparer.Ordinal);
        weights.RequireGradients(true);
    }

    public IReadOnlyDictionary<string, AdamMoments> Moments => _moments;

    public GradientStepResult Compute(Tensor batch, int[] dead, double sparsity)
    {
        using var scope = NewDisposeScope();
        _weights.ZeroGradients();
        var loss = _kind.Loss(_weights, batch, new LossContext { SparsityCoefficient = sparsity, Dead = dead.Length == 0 ? null : Mask(dead) });
        loss.Total.backward();
        _kind.PrepareGradients(_weights);
        using var gradient = no_grad();
        var active = loss.Activations.ne(0);
        active.any(0).data<bool>().CopyTo(_active);
        var smallest = loss.Activations.masked_fill(loss.Activations.le(0), float.PositiveInfinity).min().item<float>();
        var error = (loss.Reconstruction - batch).square().sum([1L]).mean().item<float>();
        return new GradientStepResult(loss.Total.item<float>(), error, active.sum().item<long>(), smallest, GradientNorm());
    }

    public void Update(AdamKernel kernel, float scale)
    {
        foreach (var (name, value) in _weights.Named)
        {
            using var gradient = value.grad;
            var parameters = TensorMemory.Pointer(value);
            var slope = gradient is null ? null : TensorMemory.Pointer(gradient);
            var moments = _moments[name];
            var count = (int)value.numel();
            _team.Run((count + Chunk - 1) / Chunk, (block, _) =>
            {
                var at = (nint)block * Chunk;
                kernel.Apply(parameters + at, slope == null ? null : slope + at, scale, moments.First + at, moments.Second + at, (int)Math.Min(Chunk, count - at));
            });
            GC.KeepAlive(value);
        }

        _kind.Project(_weights);
    }

    public bool WasActive(int latent) => _active[latent];

    public void Dispose()
    {
        foreach (var moments in _moments.Values)
        {
            moments.Dispose();
        }
    }

    private Tensor Mask(int[] latents)
    {
        var mask = new bool[_weights.LatentCount];
        foreach (var latent in latents)
        {
            mask[latent] = true;
        }

        return tensor(mask);
    }

    private double GradientNorm()
    {
        double sum = 0;
        foreach (var (_, value) in _weights.Named)
        {
            using var gradient = value.grad;
            if (gradient is null)
            {
                continue;
            }

            var count = (int)gradient.numel();
            for (var at = 0; at < count; at += Chunk)
            {
                sum += TensorPrimitives.SumOfSquares(new ReadOnlySpan<float>(TensorMemory.Pointer(gradient) + at, Math.Min(Chunk, count - at)));
            }
        }

        return Math.Sqrt(sum);
    }
}
