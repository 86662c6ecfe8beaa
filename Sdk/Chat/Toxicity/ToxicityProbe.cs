using System.Numerics.Tensors;
using Steering.Models;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Chat.Toxicity;

/// <summary>
/// A probe from labelled texts: the difference of the two kinds' mean residuals, over each text's tokens and then over the
/// texts, scaled so that its value is 0 at the clean mean and 1 at the toxic mean.
/// </summary>
public static class ToxicityProbe
{
    /// <summary>Fits a probe at one site.</summary>
    /// <param name="folder">Socketed model folder.</param>
    /// <param name="site">Site, as in <c>resid_post.15</c>; late ones see what policies at earlier ones have done.</param>
    /// <param name="toxic">Toxic texts.</param>
    /// <param name="clean">Harmless texts of the same kind.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <returns>A watch without level: calibrate it, or choose one between 0 and 1.</returns>
    /// <exception cref="SteeringException">A kind is empty, the model has no such site, or both kinds have the same mean.</exception>
    public static ToxicityWatch Fit(
        string folder, string site, IReadOnlyList<ToxicityExample> toxic, IReadOnlyList<ToxicityExample> clean, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(toxic);
        ArgumentNullException.ThrowIfNull(clean);
        if (toxic.Count == 0 || clean.Count == 0)
        {
            throw new SteeringException(FormattableString.Invariant($"A probe needs texts of both kinds; there are {toxic.Count} toxic and {clean.Count} clean."));
        }

        using var model = SteerableModel.Load(folder);
        var size = model.RequireSite(site).HiddenSize;
        using var pass = ForwardPass.Load(folder);
        var mean = new DiffMean(size, TokenReduction.Mean, TokenExclusion.None);
        var done = 0;
        foreach (var (examples, isToxic) in ((IReadOnlyList<ToxicityExample>, bool)[])[(toxic, true), (clean, false)])
        {
            foreach (var example in examples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (ids, from) = example.Encode(model.Tokenizer);
                var residuals = pass.Run(ids).Residuals[site].AsSpan(from * size);
                if (isToxic)
                {
                    mean.AddPositive(residuals, ids.Length - from);
                }
                else
                {
                    mean.AddNegative(residuals, ids.Length - from);
                }

                progress?.Report(++done);
            }
        }

        // With difference δ = toxic − clean, x·δ/|δ|² grows by 1 from the clean mean to the toxic one; clean·δ = (|toxic|² − |clean|² − |δ|²)/2.
        var found = mean.Compute();
        var square = found.Norm * found.Norm;
        var direction = new float[size];
        TensorPrimitives.Multiply(found.Direction.Span, (float)(1 / square), direction);
        var atClean = ((found.PositiveNorm * found.PositiveNorm) - (found.NegativeNorm * found.NegativeNorm) - square) / 2;
        return new ToxicityWatch(Direction.At(site, direction)) { Bias = (float)(-atClean / square), Name = "toxicity probe" };
    }
}
