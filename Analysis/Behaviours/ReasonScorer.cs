using Steering.Analysis.Harvest;
using Steering.Saes;

namespace Steering.Analysis.Behaviours;

/// <summary>Reads traces into a <see cref="ReasonScore"/>. First tokens and massive activations are left out.</summary>
/// <param name="harvester">Model up to the autoencoder's site.</param>
/// <param name="sae">The autoencoder.</param>
public sealed class ReasonScorer(Harvester harvester, SparseAutoencoder sae)
{
    /// <summary>Reads.</summary>
    /// <param name="traces">The traces.</param>
    /// <param name="words">Reasoning words.</param>
    /// <param name="before">Tokens before a word that belong to it.</param>
    /// <param name="after">Tokens after it.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public ReasonScore Run(IReadOnlyList<CutTrace> traces, StepWords words, int before = WordWindows.UsualBefore, int after = WordWindows.UsualAfter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(words);
        var score = new ReasonScore(sae.LatentCount, words.Phrases.Count);
        TraceRows.Run(harvester, traces, (trace, left, rows) =>
        {
            var near = WordWindows.Of(traces[trace], words, before, after);
            var count = rows.Length / harvester.HiddenSize;
            if (count == 0)
            {
                return;
            }

            var codes = sae.EncodeSparse(rows, count);
            var row = 0;
            for (var token = 0; token < left.Length; token++)
            {
                if (left[token] == LeftOut.No)
                {
                    score.Add(near[token], codes, row++);
                }
            }
        }, cancellationToken);
        return score;
    }
}
