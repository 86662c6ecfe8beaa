using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;
using Steering.Saes;

namespace Steering.Analysis.Detoxification;

/// <summary>Runs sequences through the model up to the site and through the SAE's encoder.</summary>
/// <param name="head">The model up to the site; stays open.</param>
/// <param name="sae">The SAE.</param>
internal sealed class DetoxReader(SiteHead head, SparseAutoencoder sae)
{
    // Sorted by length within such a group, batches hold texts of like length and little filling.
    private const int GroupTexts = 512;

    /// <summary>What was read of one sequence.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="leftOut">[tokens] which have no row.</param>
    /// <param name="batch">The batch with its rows.</param>
    /// <param name="activations">Their activations.</param>
    /// <param name="first">The sequence's first row.</param>
    public delegate void Row(int index, ReadOnlySpan<LeftOut> leftOut, HarvestedBatch batch, SparseActivations activations, int first);

    /// <summary>Reads sequences, each once, in no particular order.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="massive">Whether massive activations are read too, as gates do.</param>
    /// <param name="read">Receives each.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public void Read(IReadOnlyList<DetoxSequence> sequences, bool massive, Row read, CancellationToken cancellationToken)
    {
        var options = new HarvestOptions();

        // The harvester disposes of its head with itself, and this head serves several passes.
        var harvester = new Harvester(head, options with { Exclusion = massive ? new TokenExclusion(FirstPosition: true, MassiveFactor: 0) : options.Exclusion });
        var order = Enumerable.Range(0, sequences.Count).Chunk(GroupTexts).SelectMany(group => group.OrderBy(index => sequences[index].Ids.Length)).ToArray();
        var windows = order.Select((index, number) => new TokenWindow { Number = number, Ids = sequences[index].Ids, Documents = new long[sequences[index].Ids.Length], Roles = new TokenRole[sequences[index].Ids.Length] });
        foreach (var batch in harvester.Run(windows, cancellationToken: cancellationToken))
        {
            var activations = sae.EncodeSparse(batch.Activations, batch.Rows);
            var (token, row) = (0, 0);
            foreach (var window in batch.Windows)
            {
                var leftOut = batch.LeftOut.AsSpan(token, window.Ids.Length);
                read(order[window.Number], leftOut, batch, activations, row);
                row += leftOut.Count(LeftOut.No);
                token += window.Ids.Length;
            }
        }
    }
}
