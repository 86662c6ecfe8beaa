using System.Numerics.Tensors;
using Steering.Compilation;
using Steering.Models;
using Steering.Numerics;
using Steering.Policies;

namespace Steering.Analysis.Tuning;

/// <summary>Measures a policy at any strength on the same texts, against the same model without it.</summary>
public sealed class StrengthMeter
{
    private readonly ForwardPass _pass;
    private readonly Func<SteeringPolicy, CompiledPolicy> _compile;
    private readonly SteeringPolicy _policy;
    private readonly int[][] _texts;
    private readonly float[][] _unsteered;

    /// <param name="pass">The model.</param>
    /// <param name="compile">Makes a policy ready for it.</param>
    /// <param name="policy">The policy at strength 1.</param>
    /// <param name="texts">Token ids of the texts, each of at least two.</param>
    /// <param name="cancellation">Stops between texts.</param>
    /// <exception cref="SteeringException">There is no text, or one is too short.</exception>
    public StrengthMeter(ForwardPass pass, Func<SteeringPolicy, CompiledPolicy> compile, SteeringPolicy policy, IReadOnlyList<int[]> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(compile);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Any(text => text.Length < 2))
        {
            throw new SteeringException(texts.Count == 0 ? "No text was given; a strength is measured on at least one." : "A text has fewer than two tokens, so it has no token to predict. Give longer texts.");
        }

        (_pass, _compile, _policy, _texts) = (pass, compile, policy, [.. texts]);
        _unsteered = new float[_texts.Length][];
        Unsteered = Measure(0, CompiledPolicy.Empty, cancellation);
    }

    /// <summary>The model without the policy.</summary>
    public StrengthPoint Unsteered { get; }

    /// <summary>Measures the policy at a strength.</summary>
    /// <param name="strength">The strength.</param>
    /// <param name="cancellation">Stops between texts.</param>
    /// <exception cref="SteeringException">The policy has no such strength or does not fit the model, or a span, latch or callback that belongs to decoding.</exception>
    public StrengthPoint At(float strength, CancellationToken cancellation = default) => Measure(strength, _compile(PolicyStrength.At(_policy, strength)), cancellation);

    private StrengthPoint Measure(float strength, CompiledPolicy policy, CancellationToken cancellation)
    {
        var (divergence, loss, hits, tokens) = (0.0, 0.0, 0, 0);
        for (var text = 0; text < _texts.Length; text++)
        {
            cancellation.ThrowIfCancellationRequested();
            var ids = _texts[text];
            var result = _pass.Run(ids, policy);
            for (var position = 0; position + 1 < ids.Length; position++)
            {
                var logits = result.LogitsAt(position);
                loss += result.LossAt(position, ids[position + 1]);
                hits += TensorPrimitives.IndexOfMax(logits) == ids[position + 1] ? 1 : 0;
            }

            tokens += ids.Length - 1;
            var logs = LogProbabilities(result.LogitsAt(ids.Length - 1));
            divergence += Divergence(_unsteered[text] ??= logs, logs);
        }

        return new StrengthPoint(strength, divergence / _texts.Length, loss / tokens, (double)hits / tokens);
    }

    private static double Divergence(float[] from, float[] to)
    {
        var sum = 0.0;
        for (var i = 0; i < from.Length; i++)
        {
            sum += Math.Exp(from[i]) * (from[i] - to[i]);
        }

        return Math.Max(0, sum);
    }

    private static float[] LogProbabilities(ReadOnlySpan<float> logits)
    {
        var logs = new float[logits.Length];
        TensorPrimitives.Subtract(logits, (float)LogSumExp.Of(logits), logs);
        return logs;
    }
}
