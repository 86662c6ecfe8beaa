using System.Numerics.Tensors;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Chat.Toxicity;

/// <summary>
/// A probe from labelled texts: the difference of the two kinds' mean residuals, over each text's tokens and then over the
/// texts, scaled so that its value is 0 at the clean mean and 1 at the toxic mean. A sequence's first token and massive activations
/// are left out (<see cref="TokenExclusion.Default"/>): they say nothing of the text and would own both means.
/// </summary>
public static class ToxicityProbe
{
    /// <summary>Fits a probe at one site.</summary>
    /// <param name="folder">Socketed model folder.</param>
    /// <param name="site">Site, as in <c>resid_post.15</c>; late ones see what policies at earlier ones have done.</param>
    /// <param name="toxic">Toxic texts.</param>
    /// <param name="clean">Harmless texts of the same kind.</param>
    /// <param name="progress">Told how many texts are done: 0 when the model is loaded, then after each.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <returns>A watch without level: calibrate it, or choose one between 0 and 1.</returns>
    /// <exception cref="SteeringException">A kind is empty, the model has no such site, both kinds have the same mean, or a text cannot be used; the message says which.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static ToxicityWatch Fit(
        string folder, string site, IReadOnlyList<ToxicityExample> toxic, IReadOnlyList<ToxicityExample> clean, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(toxic);
        ArgumentNullException.ThrowIfNull(clean);
        if (toxic.Count == 0 || clean.Count == 0)
        {
            throw new SteeringException(FormattableString.Invariant($"A probe needs texts of both kinds; there are {toxic.Count} toxic and {clean.Count} clean."));
        }

        cancellationToken.ThrowIfCancellationRequested();
        var tokenizer = TextTokenizer.Load(folder);
        using var pass = ForwardPass.Load(folder);
        var size = (pass.Sites.FirstOrDefault(candidate => string.Equals(candidate.Name, site, StringComparison.Ordinal))
            ?? throw new SteeringException($"{folder} has no site {site}. {(pass.Sites.Count == 0 ? "It has no sockets; make a socketed folder with 'steer socket'" : $"Its sites are {string.Join(", ", pass.Sites.Select(known => known.Name))}")}.")).HiddenSize;
        var mean = new DiffMean(size, TokenReduction.Mean, TokenExclusion.None);
        var done = 0;
        progress?.Report(done);
        foreach (var (examples, kind) in ((IReadOnlyList<ToxicityExample>, string)[])[(toxic, "toxic"), (clean, "clean")])
        {
            for (var index = 0; index < examples.Count; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    var residuals = Counted(pass, tokenizer, examples[index], site, size);
                    if (kind is "toxic")
                    {
                        mean.AddPositive(residuals, residuals.Length / size);
                    }
                    else
                    {
                        mean.AddNegative(residuals, residuals.Length / size);
                    }
                }
                catch (SteeringException exception)
                {
                    throw examples[index].Refusal(kind, index, exception);
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

    /// <summary>[T, d] residuals of the tokens that count.</summary>
    private static float[] Counted(ForwardPass pass, TextTokenizer tokenizer, ToxicityExample example, string site, int size)
    {
        var (ids, from) = example.Encode(tokenizer);
        var residuals = pass.Run(ids).Residuals[site];

        // What is massive shows beside the whole sequence, also where few of its tokens count.
        int[] kept = [.. TokenExclusion.Default.Kept(residuals, ids.Length, size).Where(position => position >= from)];
        if (kept.Length == 0)
        {
            throw new SteeringException(FormattableString.Invariant($"none of its {ids.Length - from} tokens counts, since all have massive activations. Leave it out, or choose another site."));
        }

        return [.. kept.SelectMany(position => new ArraySegment<float>(residuals, position * size, size))];
    }
}
