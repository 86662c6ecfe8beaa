using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Steering.Analysis.Corpora;

/// <summary>Lets a sequence that is costly to make run ahead of its reader.</summary>
internal static class ReadAhead
{
    /// <summary>
    /// Makes the items on a thread of its own. The order stays, and so does what goes wrong: an exception of the sequence
    /// reaches the reader after the items before it. A reader that stops early waits for the item under way.
    /// </summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="items">The sequence, which must not share state with its reader. It is told to stop by the token.</param>
    /// <param name="count">Items that may wait, at least 1.</param>
    /// <param name="cancellationToken">Stops both sides.</param>
    public static IEnumerable<T> Of<T>(Func<CancellationToken, IEnumerable<T>> items, int count, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var queue = new BlockingCollection<T>(count);
        var token = stop.Token;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Produce) { IsBackground = true, Name = "steering read ahead" };
        thread.Start();
        try
        {
            foreach (var item in queue.GetConsumingEnumerable(CancellationToken.None))
            {
                yield return item;
            }

            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }

        void Produce()
        {
            try
            {
                foreach (var item in items(token))
                {
                    queue.Add(item, token);
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                queue.CompleteAdding();
            }
        }
    }
}
