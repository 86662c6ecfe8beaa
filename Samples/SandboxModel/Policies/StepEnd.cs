using SandboxModel.Labels;
using Steering;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Selection;
using Steering.Saes;
using Steering.Sandbox;

namespace SandboxModel.Policies;

/// <summary>The feature that fires where a step of a solution has just ended: there, and only there, the next one can become a reflection.</summary>
internal static class StepEnd
{
    private const string Label = "blank line between steps";
    private const int Documents = 400;
    private static readonly float[] Thresholds = [0, 0.1f, 0.25f, 0.5f];

    /// <summary>Finds it by F1.</summary>
    /// <exception cref="SteeringException">No feature finds more than half of the ends.</exception>
    public static DialGate Of(string folder, SparseAutoencoder sae, IReadOnlyList<SandboxDocument> documents, CancellationToken cancellation)
    {
        using var reading = new FeatureReading(folder, sae);
        var counter = new FeatureLabelCounter(sae);
        foreach (var (activations, tokens) in reading.Read(documents.Take(Documents), cancellation))
        {
            counter.Add(activations, tokens.Labels);
        }

        var best = Enumerable.Range(0, sae.LatentCount)
            .SelectMany(latent => Thresholds.Select(threshold => (Latent: latent, Threshold: threshold, counter.Measure(latent, Label, threshold).F1)))
            .MaxBy(found => found.F1);
        return best.F1 > 0.5
            ? new DialGate(best.Latent, best.Threshold)
            : throw new SteeringException($"{sae.Source} has no feature for the end of a step: the best, {best.Latent}, has an F1 of {best.F1:F2}. Try the autoencoder of another block.");
    }
}
