using Steering.Analysis.Harvest;
using Steering.Saes;

namespace Steering.Analysis.Behaviours;

/// <summary>What latents do in parts of texts: the largest activation of each in each part, and how many tokens it fires on.</summary>
internal sealed class SegmentMaxima
{
    private SegmentMaxima(List<float[]> maxima, List<(int Trace, int Part)> parts, long[] firing, long tokens) => (Maxima, Parts, Firing, Tokens) = (maxima, parts, firing, tokens);

    /// <summary>[parts][latents] largest activation; 0 where never active.</summary>
    public IReadOnlyList<float[]> Maxima { get; }

    /// <summary>Text and part of each.</summary>
    public IReadOnlyList<(int Trace, int Part)> Parts { get; }

    /// <summary>[latents] tokens on which each is active.</summary>
    public IReadOnlyList<long> Firing { get; }

    /// <summary>Tokens looked at.</summary>
    public long Tokens { get; }

    /// <summary>Measures.</summary>
    /// <param name="harvester">Model up to the site.</param>
    /// <param name="sae">Autoencoder.</param>
    /// <param name="traces">Texts.</param>
    /// <param name="latents">Latents looked at.</param>
    /// <param name="bySteps">Whether a step that ends is a part, or the whole text.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public static SegmentMaxima Of(Harvester harvester, SparseAutoencoder sae, IReadOnlyList<CutTrace> traces, IReadOnlyList<int> latents, bool bySteps, CancellationToken cancellationToken)
    {
        var places = latents.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var (maxima, parts, firing, tokens) = (new List<float[]>(), new List<(int, int)>(), new long[latents.Count], 0L);
        TraceRows.Run(harvester, traces, (trace, left, rows) =>
        {
            var count = left.Count(LeftOut.No);
            if (count == 0)
            {
                return;
            }

            var codes = sae.EncodeSparse(rows, count);
            tokens += count;
            var (row, step) = (0, 0);
            var current = new float[latents.Count];
            for (var token = 0; token < left.Length; token++)
            {
                if (left[token] == LeftOut.No)
                {
                    Look(codes, row++, places, current, firing);
                }

                if (bySteps ? step < traces[trace].Ends.Count && token == traces[trace].Ends[step] : token == left.Length - 1)
                {
                    maxima.Add(current);
                    parts.Add((trace, step++));
                    current = new float[latents.Count];
                }
            }
        }, cancellationToken);
        return new SegmentMaxima(maxima, parts, firing, tokens);
    }

    private static void Look(SparseActivations codes, int row, Dictionary<int, int> places, float[] maxima, long[] firing)
    {
        var indices = codes.Indices(row);
        var values = codes.Values(row);
        for (var index = 0; index < indices.Length; index++)
        {
            if (values[index] > 0 && places.TryGetValue(indices[index], out var place))
            {
                maxima[place] = Math.Max(maxima[place], values[index]);
                firing[place]++;
            }
        }
    }
}
