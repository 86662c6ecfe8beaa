using Steering.Analysis.Selection;
using Steering.Training.Llama;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Gradients;

/// <summary>
/// What a push of the residual stream does to the output, to first order: the gradient of
/// log P(wanted | prompt) − log P(unwanted | prompt) with respect to one vector added at every position but the first
/// (attribution patching, Syed et al., arXiv 2310.10348). A feature's effect is this gradient times its decoder row, so one
/// backward pass ranks a whole dictionary by what features do to the output, not by where they fire.
/// </summary>
internal static class OutputGradient
{
    /// <summary>The mean gradient of pairs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="blocks">The site: how many blocks the residual stream has passed.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="cancellation">Stops between pairs.</param>
    /// <returns>[d]: nats per unit of each component.</returns>
    /// <exception cref="SteeringException">There is no pair, or one is empty or too long for the model.</exception>
    public static float[] Mean(LlamaModel model, int blocks, IReadOnlyList<ContinuationPair> pairs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, model.Settings.BlockCount);
        if (pairs.Count == 0)
        {
            throw new SteeringException("No pair of continuations was given; the effect of a feature needs at least one.");
        }

        var sum = new float[model.Settings.HiddenSize];
        foreach (var pair in pairs)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(sum, model, blocks, pair.Prompt, pair.Wanted, 1f / pairs.Count);
            Add(sum, model, blocks, pair.Prompt, pair.Unwanted, -1f / pairs.Count);
        }

        return sum;
    }

    /// <summary>One continuation's gradient at every position.</summary>
    /// <param name="model">The model.</param>
    /// <param name="blocks">The site.</param>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="continuation">Token ids, at least one.</param>
    /// <returns>[n, d] the residual stream of prompt and continuation, and [n, d] the gradient of log P(continuation | prompt) with respect to it, in nats per unit.</returns>
    /// <exception cref="SteeringException">Prompt or continuation is empty, or both together are too long for the model.</exception>
    public static (float[] Residual, float[] Gradient) OfContinuation(LlamaModel model, int blocks, IReadOnlyList<int> prompt, IReadOnlyList<int> continuation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(continuation);
        if (prompt.Count == 0 || continuation.Count == 0)
        {
            throw new SteeringException("The prompt or a continuation is empty; each needs at least one token.");
        }

        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        long[] ids = [.. prompt, .. continuation];
        var residual = model.Residual(tensor(ids, 1, ids.Length), blocks).detach().requires_grad_();
        var logits = model.Logits(residual, blocks);
        var predicting = logits[0].narrow(0, prompt.Count - 1, continuation.Count);
        var targets = tensor(ids[prompt.Count..], continuation.Count, 1);
        nn.functional.log_softmax(predicting, -1).gather(-1, targets).sum([0L, 1L]).backward();
        return (residual.data<float>().ToArray(), residual.grad!.data<float>().ToArray());
    }

    private static void Add(float[] sum, LlamaModel model, int blocks, IReadOnlyList<int> prompt, IReadOnlyList<int> continuation, float weight)
    {
        var (_, gradient) = OfContinuation(model, blocks, prompt, continuation);
        for (var i = sum.Length; i < gradient.Length; i++)
        {
            sum[i % sum.Length] += weight * gradient[i];
        }
    }
}
