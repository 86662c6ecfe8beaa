using Steering.Training.Llama;
using Steering.Training.Torch;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Gradients;

/// <summary>The entropy of the next token over sequences whose residual streams are computed once, with a vector added to every position but the first.</summary>
internal sealed class NextTokenEntropy : IDisposable
{
    private readonly LlamaModel _model;
    private readonly int _blocks;
    private readonly List<Tensor> _residuals = [];

    /// <exception cref="SteeringException">There is no sequence, or one has fewer than two tokens or too many.</exception>
    public NextTokenEntropy(LlamaModel model, int blocks, IReadOnlyList<IReadOnlyList<int>> sequences, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0 || sequences.Any(sequence => sequence.Count < 2))
        {
            throw new SteeringException(sequences.Count == 0 ? "No text was given; the entropy of the next token needs at least one sequence." : "A sequence has fewer than two tokens; the first is never changed, so there is nothing to measure.");
        }

        TorchRuntime.EnsureLoaded();
        (_model, _blocks) = (model, blocks);
        try
        {
            using var gradient = no_grad();
            foreach (var sequence in sequences)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                long[] ids = [.. sequence];
                _residuals.Add(model.Residual(tensor(ids, 1, ids.Length), blocks).DetachFromDisposeScope());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of sequences.</summary>
    public int Count => _residuals.Count;

    /// <summary>Sum of the entropies of one sequence's positions but the first, in nats, its gradient by the vector, and their number.</summary>
    public (double Sum, float[] Gradient, int Positions) WithGradient(int sequence, float[] push)
    {
        using var scope = NewDisposeScope();
        var vector = tensor(push, requires_grad: true);
        var sum = Sum(_residuals[sequence], vector);
        sum.backward();
        return (sum.item<float>(), vector.grad!.data<float>().ToArray(), (int)_residuals[sequence].shape[1] - 1);
    }

    /// <summary>Mean entropy of all positions but the sequences' first, in nats.</summary>
    public double Mean(float[] push, CancellationToken cancellation)
    {
        using var gradient = no_grad();
        var (sum, positions) = (0.0, 0L);
        foreach (var residual in _residuals)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            sum += Sum(residual, tensor(push)).item<float>();
            positions += residual.shape[1] - 1;
        }

        return sum / positions;
    }

    public void Dispose()
    {
        foreach (var residual in _residuals)
        {
            residual.Dispose();
        }
    }

    private Tensor Sum(Tensor residual, Tensor vector)
    {
        var length = residual.shape[1];
        var moved = cat([residual.narrow(1, 0, 1), residual.narrow(1, 1, length - 1) + vector], 1);
        var logs = nn.functional.log_softmax(_model.Logits(moved, _blocks).narrow(1, 1, length - 1), -1);
        return (logs.exp() * logs).sum([0L, 1L, 2L]).neg();
    }
}
