using Steering.Analysis.Corpora;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Evaluation;

/// <summary>Tokens that the model reads as one sequence.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Documents">Number of the document of each token, or empty where the whole window is one document.</param>
public sealed record EvaluationWindow(ReadOnlyMemory<int> Ids, ReadOnlyMemory<long> Documents = default)
{
    /// <summary>The first windows of a text that say something about a next token: those of at least two tokens.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="windows">How it is cut.</param>
    /// <param name="maximum">Largest number of windows.</param>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <exception cref="SteeringException">The text cannot be read.</exception>
    public static IReadOnlyList<EvaluationWindow> Read(TextCorpus corpus, TokenWindows windows, int maximum = int.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(windows);
        return Read(windows.Read(corpus.Read(cancellationToken), cancellationToken: cancellationToken), maximum);
    }

    /// <summary>The first of windows that say something about a next token.</summary>
    internal static IReadOnlyList<EvaluationWindow> Read(IEnumerable<TokenWindow> windows, int maximum) =>
        [.. windows.Where(window => window.Ids.Length > 1).Take(maximum).Select(window => new EvaluationWindow(window.Ids, window.Documents))];

    /// <summary>Cuts ids into windows; a last one that is shorter is dropped.</summary>
    /// <param name="ids">Token ids of a whole text.</param>
    /// <param name="length">Tokens of a window, at least 2.</param>
    /// <param name="maximum">Largest number of windows.</param>
    public static IReadOnlyList<EvaluationWindow> Cut(ReadOnlyMemory<int> ids, int length, int maximum = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var windows = new EvaluationWindow[Math.Min(ids.Length / length, maximum)];
        for (var index = 0; index < windows.Length; index++)
        {
            windows[index] = new EvaluationWindow(ids.Slice(index * length, length));
        }

        return windows;
    }
}

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
