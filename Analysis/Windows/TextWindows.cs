using Steering.Analysis.Corpora;

namespace Steering.Analysis.Windows;

/// <summary>
/// The windows of one text, as often as they are asked for. Windows that were read are kept, so that the text is read and
/// tokenised once however many passes, counts and comparisons there are; a text of more tokens than are kept is read
/// anew each time. One reader at a time.
/// </summary>
/// <param name="corpus">The text.</param>
/// <param name="cutter">Cuts it; disposed of with this.</param>
/// <param name="maximumTokens">The windows end with the one that reaches this many tokens; 0 for the whole text.</param>
/// <param name="keep">Tokens that are kept at most; 0 where one pass is all there will be.</param>
internal sealed class TextWindows(TextCorpus corpus, TokenWindows cutter, long maximumTokens, long keep) : IDisposable
{
    /// <summary>Tokens that are kept where several passes are expected: about 220 MiB, and 64 MB of English.</summary>
    public const long MostKept = 1 << 24;

    private readonly List<TokenWindow> _kept = [];
    private bool _keeps = keep > 0 && corpus.IsRepeatable;
    private bool _keptAll;
    private long _keptTokens;
    private int _readers;
    private IEnumerator<TokenWindow>? _rest;
    private TokenWindowCounts _counts = new();

    /// <summary>The text.</summary>
    public TextCorpus Corpus => corpus;

    /// <summary>How it is cut.</summary>
    public TokenWindows Cutter => cutter;

    /// <summary>How many tokens the windows have, judged by the share of the text that was read; null where that cannot be told.</summary>
    public long? ExpectedTokens()
    {
        if (_keptAll)
        {
            return _keptTokens;
        }

        var known = _counts.Tokens + _counts.Pending + _counts.CutOff;
        long? all = corpus.ShareRead is > 0 and var share ? (long)(known / share) : null;
        return maximumTokens > 0 ? Math.Min(maximumTokens, all ?? maximumTokens) : all;
    }

    /// <summary>The windows from the first on.</summary>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <exception cref="SteeringException">The text cannot be read, or not again; while reading.</exception>
    /// <exception cref="InvalidOperationException">It has a reader; while reading.</exception>
    public IEnumerable<TokenWindow> Read(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException("The text is being read; it has one reader at a time.");
        }

        try
        {
            for (var next = 0; _keeps; next++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (next == _kept.Count && !Keep())
                {
                    break;
                }

                yield return _kept[next];
            }

            if (_keptAll)
            {
                yield break;
            }

            // Too much to be kept: this pass goes on where keeping ended.
            using var rest = _rest ?? Cut(cancellationToken);
            _rest = null;
            _kept.Clear();
            while (rest.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return rest.Current;
            }
        }
        finally
        {
            Volatile.Write(ref _readers, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rest?.Dispose();
        _kept.Clear();
        cutter.Dispose();
    }

    /// <summary>Reads one window more; false at the end, or where no more are kept.</summary>
    private bool Keep()
    {
        if (_keptAll || _keptTokens >= keep)
        {
            _keeps = _keptAll;
            return false;
        }

        // Whoever reads now may be stopped, and another goes on from here.
        _rest ??= Cut(CancellationToken.None);
        try
        {
            if (_rest.MoveNext())
            {
                _kept.Add(_rest.Current);
                _keptTokens += _rest.Current.Ids.Length;
                return true;
            }
        }
        catch
        {
            _rest.Dispose();
            (_rest, _keptTokens) = (null, 0);
            _kept.Clear();
            throw;
        }

        _rest.Dispose();
        (_rest, _keptAll) = (null, true);
        return false;
    }

    private IEnumerator<TokenWindow> Cut(CancellationToken cancellationToken)
    {
        _counts = new TokenWindowCounts();
        return UpTo(maximumTokens, cutter.Read(corpus.Read(cancellationToken), _counts, cancellationToken)).GetEnumerator();
    }

    private static IEnumerable<TokenWindow> UpTo(long maximumTokens, IEnumerable<TokenWindow> windows)
    {
        var tokens = 0L;
        foreach (var window in windows)
        {
            yield return window;
            tokens += window.Ids.Length;
            if (maximumTokens > 0 && tokens >= maximumTokens)
            {
                break;
            }
        }
    }
}
