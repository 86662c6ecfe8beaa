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

    // Products of few rows and of many sum in another order, and quantised activations round on top of it.
    private const float Tolerance = 0.05f;

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

            pass.Prefill(0, [0, 1], 0);
            pass.Prefill(0, [2], 2);
            if (slots == 1)
            {
                pass.Decode([3], [3]);
                Compare(graph, whole, pass.Logits(0), "a prompt in pieces");
                return;
            }

            pass.Prefill(1, [4], 0);
            pass.Decode([3, 5], [3, 1]);
            Compare(graph, whole, pass.Logits(0), "the longer of two rows");
            Compare(graph, shorter, pass.Logits(1), "the shorter of two rows");
        }
        catch (SteeringException exception) when (exception.InnerException is OnnxRuntimeException native)
        {
            throw graph.Refuse($"a trial pass over two rows failed ({native.Message.TrimEnd('.')})");
        }
    }

    private static void Compare(BatchGraph graph, float[] alone, Span<float> together, string what)
    {
        var difference = TensorPrimitives.Distance<float>(alone, together);
        var size = TensorPrimitives.Norm<float>(alone);

        // Written so that a NaN is refused too.
        if (!(difference <= Tolerance * size))
        {
            throw graph.Refuse(FormattableString.Invariant($"in a trial, {what} gave logits {difference / size:P1} away from those it gives alone"));
        }
    }
}
