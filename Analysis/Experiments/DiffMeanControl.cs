using System.Globalization;
using System.Numerics.Tensors;
using Steering.Analysis.Corpora;
using Steering.Compilation;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Analysis.Experiments;

/// <summary>
/// The dense control of a policy: the difference of the mean residuals of two sets of texts, added at every token of one site,
/// as long as the policy moves the residual stream there on average over the tokens of unsteered replies. It asks whether the
/// features do more than one plain direction of the same push.
/// </summary>
internal static class DiffMeanControl
{
    private const int LargestText = 1 << 20;
    private const int MeasuredReplies = 32;

    /// <summary>Makes the control.</summary>
    /// <returns>The control and its length, in words.</returns>
    /// <exception cref="SteeringException">It cannot be made; the message says why.</exception>
    public static (SteeringPolicy Policy, string Remark) Of(
        IExperimentModel model, string name, CompiledPolicy policy, DiffMeanSettings settings, IEnumerable<(int[] Ids, int From)> replies, CancellationToken cancellationToken)
    {
        var site = settings.Site ?? (policy.Sites.Count > 0 ? policy.Sites[^1].Site : throw new SteeringException("the policy edits nothing."));
        var length = Push(model, site, policy, replies.Take(MeasuredReplies), cancellationToken);
        if (length == 0)
        {
            throw new SteeringException($"the policy moves nothing at {site} in the unsteered replies, so there is no length to give the direction.");
        }

        var direction = Direction(model, site, settings, cancellationToken);
        var control = SteeringPolicy.Create(name).Add(Steering.Policies.Direction.At(site, direction), (float)length, StrengthUnit.Raw);
        return (control, string.Create(CultureInfo.InvariantCulture, $"a direction of length {length:G4} at {site}, added at every token"));
    }

    private static double Push(IExperimentModel model, string site, CompiledPolicy policy, IEnumerable<(int[] Ids, int From)> replies, CancellationToken cancellationToken)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (ids, from) in replies)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (before, after) = (model.Residuals(ids, site, CompiledPolicy.Empty), model.Residuals(ids, site, policy));
            var width = before.Length / ids.Length;
            for (var token = from; token < ids.Length; token++)
            {
                sum += TensorPrimitives.Distance(before.AsSpan(token * width, width), after.AsSpan(token * width, width));
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }

    private static float[] Direction(IExperimentModel model, string site, DiffMeanSettings settings, CancellationToken cancellationToken)
    {
        DiffMean? mean = null;
        foreach (var (path, towards) in ((string, bool)[])[(settings.Towards, true), (settings.Away, false)])
        {
            foreach (var text in TextCorpus.Open(path, new TextCorpusOptions { Format = TextFormat.Text, Unit = TextUnit.Line, MaximumBytes = LargestText }).Read(cancellationToken))
            {
                var ids = model.Encode(text.Text, addSpecialTokens: true);
                var residuals = model.Residuals(ids, site, CompiledPolicy.Empty);
                mean ??= new DiffMean(residuals.Length / ids.Length, TokenReduction.Mean);
                if (towards)
                {
                    mean.AddPositive(residuals, ids.Length);
                }
                else
                {
                    mean.AddNegative(residuals, ids.Length);
                }
            }
        }

        var direction = mean!.Compute().Direction.ToArray();
        TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
        return direction;
    }
}
