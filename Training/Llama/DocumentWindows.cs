namespace Steering.Training.Llama;

/// <summary>Cuts documents into windows of equal length, each of which begins with a document, as every conversation does.</summary>
public static class DocumentWindows
{
    /// <summary>Packs documents one after the other; what a window has no room for is left out, not carried over into the next.</summary>
    /// <param name="documents">Token ids of each document.</param>
    /// <param name="length">Ids of a window, at least 1.</param>
    /// <returns>Full windows only, one at a time.</returns>
    public static IEnumerable<int[]> Pack(IEnumerable<int[]> documents, int length)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Packed();

        IEnumerable<int[]> Packed()
        {
            var (window, filled) = (new int[length], 0);
            foreach (var document in documents)
            {
                var taken = Math.Min(document.Length, length - filled);
                document.AsSpan(0, taken).CopyTo(window.AsSpan(filled));
                filled += taken;
                if (filled == length)
                {
                    yield return window;
                    (window, filled) = (new int[length], 0);
                }
            }
        }
    }
}
