using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Windows;
using Steering.IO;

namespace Steering.Analysis.Sources;

/// <summary>Harvests a whole text into a folder of shards.</summary>
public static class ShardHarvest
{
    /// <summary>Harvests, or goes on with a harvest that was stopped. The result is the same bytes either way.</summary>
    /// <param name="options">Model, site, text and the folder of shards.</param>
    /// <param name="progress">Receives each forward pass, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes; what is written stays, and the same call goes on from there.</param>
    /// <returns>The index of the complete folder.</returns>
    /// <exception cref="SteeringException">Something given does not exist or does not go together, the folder belongs to another harvest, or the disk is full.</exception>
    public static ShardIndex Run(ActivationSourceOptions options, IProgress<HarvestProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var folder = options.ShardFolder ?? throw new SteeringException("No folder was named for the shards.");
        using var text = TextHarvest.Open(options, keepTokens: 0, cancellationToken);
        using var writer = ShardWriter.Open(folder, text.Job);
        return Run(text, writer, progress, cancellationToken);
    }

    internal static ShardIndex Run(TextHarvest text, ShardWriter writer, IProgress<HarvestProgress>? progress, CancellationToken cancellationToken)
    {
        var index = writer.Index;
        if (index.IsComplete)
        {
            text.CheckText(index, writer.Folder, cancellationToken);
            return index;
        }

        try
        {
            if (index.Shards.Count > 0)
            {
                text.Limit = new MassiveLimit(index.MedianNorm, index.LargestNorm ?? float.PositiveInfinity);
            }

            var passes = new Passes(index.Counts.Tokens, text.Windows, writer, progress);
            foreach (var _ in text.Blocks(index.NextWindow, index.Shards.Count == 0 ? string.Empty : index.Shards[^1].TextSha256, writer, passes, cancellationToken))
            {
                // The writer takes them on the way.
            }

            return writer.Index;
        }
        catch
        {
            writer.RemoveIfEmpty();
            throw;
        }
    }

    private sealed class Passes(long before, TextWindows windows, ShardWriter writer, IProgress<HarvestProgress>? progress) : IProgress<int>
    {
        // The text's length in tokens is judged by its beginning: what is only a little too large may fit.
        private const double Certain = 0.8;

        private long _tokens;
        private bool _fits;

        public void Report(int value)
        {
            _tokens += value;
            var expected = windows.ExpectedTokens();
            if (!_fits && expected is { } all)
            {
                RequireSpace(all - before);
                _fits = true;
            }

            progress?.Report(new HarvestProgress(before + _tokens, _tokens, expected));
        }

        private void RequireSpace(long tokens)
        {
            var needed = tokens * writer.BytesOfToken;
            if (DiskSpace.Free(writer.Folder) is { } free && free < Certain * needed)
            {
                DiskSpace.Require(writer.Folder, needed, free, "harvest fewer tokens with --tokens");
            }
        }
    }
}
