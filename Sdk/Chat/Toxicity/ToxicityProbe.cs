using Steering.Models;
using Steering.Policies;

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
        var done = 0;
        var high = Mean(toxic);
        var low = Mean(clean);
        double norm = 0, bias = 0;
        for (var i = 0; i < size; i++)
        {
            var difference = high[i] - low[i];
            norm += difference * difference;
            bias -= difference * low[i];
        }

        if (norm == 0)
        {
            throw new SteeringException("The toxic and the clean texts have the same mean residual, so there is no direction between them; give two different sets.");
        }

        var direction = new float[size];
        for (var i = 0; i < size; i++)
        {
            direction[i] = (float)((high[i] - low[i]) / norm);
        }

        return new ToxicityWatch(Direction.At(site, direction)) { Bias = (float)(bias / norm), Name = "toxicity probe" };

        double[] Mean(IReadOnlyList<ToxicityExample> examples)
        {
            var mean = new double[size];
            foreach (var example in examples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (ids, from) = example.Encode(model.Tokenizer);
                var residuals = pass.Run(ids).Residuals[site];
                var weight = 1.0 / examples.Count / (ids.Length - from);
                for (var at = from * size; at < residuals.Length; at++)
                {
                    mean[at % size] += weight * residuals[at];
                }

                progress?.Report(++done);
            }

            return mean;
        }
    }
}
