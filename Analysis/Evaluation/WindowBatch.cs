namespace Steering.Analysis.Evaluation;

/// <summary>Windows of one length that run through the model at once.</summary>
/// <param name="First">Number of the first window.</param>
/// <param name="Sequences">Number of windows.</param>
/// <param name="Length">Tokens of each.</param>
/// <param name="Ids">[sequences, length] token ids.</param>
internal sealed record WindowBatch(int First, int Sequences, int Length, int[] Ids)
{
    /// <summary>Groups consecutive windows of one length.</summary>
    public static IEnumerable<WindowBatch> Of(IReadOnlyList<EvaluationWindow> windows, int atOnce)
    {
        for (var first = 0; first < windows.Count;)
        {
            var (length, count) = (windows[first].Ids.Length, 1);
            while (count < atOnce && first + count < windows.Count && windows[first + count].Ids.Length == length)
            {
                count++;
            }

            var ids = new int[count * length];
            for (var index = 0; index < count; index++)
            {
                windows[first + index].Ids.Span.CopyTo(ids.AsSpan(index * length));
            }

            yield return new WindowBatch(first, count, length, ids);
            first += count;
        }
    }
}
