using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Windows;

namespace Steering.Analysis.Sources;

/// <summary>From text to batches of activations, and on the way into shards where there is a writer. Owns the model, not the text.</summary>
internal sealed class HarvestPipeline(TextCorpus corpus, TokenWindows windows, Harvester harvester, ShardWriter? writer) : IDisposable
{
    /// <summary>What became of the tokens in the pass that runs.</summary>
    public TokenWindowCounts TextCounts { get; private set; } = new();

    public Harvester Harvester => harvester;

    /// <summary>How many tokens the whole text has, judged by the share of it that was read; null where that cannot be told.</summary>
    public long? ExpectedTokens()
    {
        var known = TextCounts.Tokens + TextCounts.Pending + TextCounts.CutOff;
        long? all = corpus.ShareRead is > 0 and var share ? (long)(known / share) : null;
        return harvester.Options.MaximumTokens is > 0 and var maximum ? Math.Min(maximum, all ?? maximum) : all;
    }

    /// <summary>Harvests from a window on to the end of the text.</summary>
    /// <param name="firstWindow">The first window of a unit.</param>
    /// <param name="textBefore">Hash of all windows before, or null for none.</param>
    /// <param name="progress">Receives the tokens of each forward pass, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <exception cref="SteeringException">The windows before are others than they were.</exception>
    public IEnumerable<HarvestStep> Run(long firstWindow, string? textBefore, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        using var hash = new WindowHash();
        TextCounts = new TokenWindowCounts();
        writer?.Restart();
        var rest = Rest(hash, firstWindow, textBefore, cancellationToken);
        foreach (var batch in harvester.Run(rest, writer?.Index.Job.WindowsPerShard ?? 0, progress, cancellationToken))
        {
            var before = hash.Current;
            foreach (var window in batch.Windows)
            {
                hash.Add(window);
            }

            writer?.Append(batch, harvester.Limit!, hash);
            yield return new HarvestStep(batch, before);
        }

        writer?.Complete(harvester.Limit ?? MassiveLimit.None, hash);
    }

    public void Dispose() => harvester.Dispose();

    /// <summary>Windows up to the one that completes a number of tokens; all for 0.</summary>
    internal static IEnumerable<TokenWindow> UpTo(long maximumTokens, IEnumerable<TokenWindow> windows)
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

    private IEnumerable<TokenWindow> Rest(WindowHash hash, long firstWindow, string? textBefore, CancellationToken cancellationToken)
    {
        var skipping = firstWindow > 0;
        foreach (var window in UpTo(harvester.Options.MaximumTokens, windows.Read(corpus.Read(cancellationToken), TextCounts, cancellationToken)))
        {
            if (window.Number >= firstWindow)
            {
                if (skipping)
                {
                    skipping = false;
                    CheckText(hash, textBefore);
                }

                yield return window;
            }
            else
            {
                hash.Add(window);
            }
        }

        if (skipping)
        {
            CheckText(hash, textBefore);
        }
    }

    private void CheckText(WindowHash hash, string? textBefore)
    {
        if (textBefore is not null && !string.Equals(hash.Current, textBefore, StringComparison.Ordinal))
        {
            throw new SteeringException($"{TextCorpus.Name(corpus.Path)} is not the text that the earlier run read: its tokens differ before the place where that run stopped. Give the same text, or start anew.");
        }
    }
}

/// <summary>One batch of a running harvest.</summary>
/// <param name="Batch">Its activations.</param>
/// <param name="TextSha256Before">Hash of the token ids of all windows before it.</param>
internal readonly record struct HarvestStep(HarvestedBatch Batch, string TextSha256Before);
