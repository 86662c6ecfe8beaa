using System.Numerics.Tensors;
using Steering.Training.Kernels;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Optimisation;

/// <summary>Adam over named tensors whose gradients autograd has left in them.</summary>
internal sealed unsafe class DenseAdam : IDisposable
{
    private const int Chunk = 1 << 16;

    private readonly IReadOnlyList<(string Name, Tensor Value)> _parameters;
    private readonly WorkerTeam _team;
    private readonly Dictionary<string, AdamMoments> _moments;

    /// <param name="parameters">Contiguous fp32 tensors on the processor, always the same; they stay the caller's.</param>
    /// <param name="team">Who does the work.</param>
    public DenseAdam(IReadOnlyList<(string Name, Tensor Value)> parameters, WorkerTeam team)
    {
        (_parameters, _team) = (parameters, team);
        _moments = parameters.ToDictionary(pair => pair.Name, pair => new AdamMoments(checked((int)pair.Value.numel())), StringComparer.Ordinal);
    }

    /// <summary>Both moments of every tensor.</summary>
    public IReadOnlyDictionary<string, AdamMoments> Moments => _moments;

    /// <summary>Norm of all gradients together.</summary>
    public double GradientNorm()
    {
        double sum = 0;
        foreach (var (_, value) in _parameters)
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

    /// <summary>Moves the tensors; one without a gradient as if it were 0.</summary>
    /// <param name="kernel">Constants of this step.</param>
    /// <param name="scale">Factor on the gradients (clipping).</param>
    public void Update(AdamKernel kernel, float scale)
    {
        foreach (var (name, value) in _parameters)
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
    }

    public void Dispose()
    {
        foreach (var moments in _moments.Values)
        {
            moments.Dispose();
        }
    }
}
