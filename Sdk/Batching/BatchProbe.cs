using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Steering.Batching;

/// <summary>
/// Tries, before anything is served, what batching relies on: a prompt in pieces, and a row beside a shorter one, must
/// give the logits that they give alone and whole. A graph that reads its cache in another way shows here.
/// </summary>
internal static class BatchProbe
{
    /// <summary>Most tokens of a row and positions of a pass that a trial needs room for.</summary>
    public const int Tokens = 4;

    // A row beside another row and beside its twin goes through the same kernels.
    private const float RowTolerance = 0.02f;

    // Whole prompts and pieces go through products of other shapes, which sum in another order; activations that are quantised to eight
    // bits round on top of it (5.5 % seen on a processor without AVX-512). A piece that does not see what came before is 20 % and more away.
    private const float PieceTolerance = 0.12f;

    /// <exception cref="SteeringException">The graph does not batch.</exception>
    public static void Run(BatchGraph graph, BatchPass pass, int slots)
    {
        if (graph.Vocabulary < 6)
        {
            throw graph.Refuse($"its vocabulary has {graph.Vocabulary} tokens, too few to try a batch");
        }

        try
        {
            pass.Prefill(0, [0, 1, 2, 3], 0);
            var whole = pass.Logits(3).ToArray();
            pass.Prefill(0, [4, 5], 0);
            var shorter = pass.Logits(1).ToArray();

            Longer(pass, 0);
            if (slots == 1)
            {
                pass.Decode([3], [3]);
                Compare(graph, whole, pass.Logits(0), "a prompt in pieces", PieceTolerance);
                return;
            }

            Longer(pass, 1);
            pass.Decode([3, 3], [3, 3]);
            Compare(graph, whole, pass.Logits(0), "a prompt in pieces", PieceTolerance);
            whole = pass.Logits(0).ToArray();
            Shorter(pass, 0);
            Shorter(pass, 1);
            pass.Decode([5, 5], [1, 1]);
            Compare(graph, shorter, pass.Logits(0), "a prompt in pieces", PieceTolerance);
            shorter = pass.Logits(0).ToArray();

            Longer(pass, 0);
            Shorter(pass, 1);
            pass.Decode([3, 5], [3, 1]);
            Compare(graph, whole, pass.Logits(0), "the longer of two rows", RowTolerance);
            Compare(graph, shorter, pass.Logits(1), "the shorter of two rows", RowTolerance);
        }
        catch (SteeringException exception) when (exception.InnerException is OnnxRuntimeException native)
        {
            throw graph.Refuse($"a trial pass over two rows failed ({native.Message.TrimEnd('.')})");
        }
    }

    private static void Longer(BatchPass pass, int slot)
    {
        pass.Prefill(slot, [0, 1], 0);
        pass.Prefill(slot, [2], 2);
    }

    private static void Shorter(BatchPass pass, int slot) => pass.Prefill(slot, [4], 0);

    private static void Compare(BatchGraph graph, float[] alone, Span<float> together, string what, float tolerance)
    {
        var difference = TensorPrimitives.Distance<float>(alone, together);
        var size = TensorPrimitives.Norm<float>(alone);

        // Written so that a NaN is refused too.
        if (!(difference <= tolerance * size))
        {
            throw graph.Refuse(FormattableString.Invariant($"in a trial, {what} gave logits {difference / size:P1} away from those it gives alone"));
        }
    }
}
