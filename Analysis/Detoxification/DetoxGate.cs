using System.Numerics.Tensors;
using Steering.Analysis.Harvest;
using Steering.Saes;

namespace Steering.Analysis.Detoxification;

/// <summary>
/// The value that gates compare with one threshold: the largest activation among the features, each in multiples of its
/// mean active value on toxic texts, or the product with a probe.
/// </summary>
internal sealed class DetoxGate
{
    private readonly float[] _scale;
    private readonly int[] _place;
    private readonly float[]? _probe;

    /// <param name="latents">Number of latents of the SAE.</param>
    /// <param name="features">The chosen features.</param>
    /// <param name="scale">Unit of each.</param>
    /// <param name="probe">[d] a unit vector that is read instead, or null.</param>
    public DetoxGate(int latents, IReadOnlyList<int> features, IReadOnlyList<float> scale, float[]? probe)
    {
        (Features, _scale, _probe) = (features, [.. scale], probe);
        _place = new int[latents];
        Array.Fill(_place, -1);
        foreach (var (place, feature) in features.Index())
        {
            _place[feature] = place;
        }
    }

    public IReadOnlyList<int> Features { get; }

    /// <summary>A feature's own threshold at a threshold of the common value.</summary>
    public float Raw(int place, float threshold) => Math.Max(0, threshold) * _scale[place];

    /// <summary>What gates read of sequences.</summary>
    public DetoxScore[] Read(DetoxReader reader, IReadOnlyList<DetoxSequence> sequences, int width, CancellationToken cancellationToken)
    {
        var scores = new DetoxScore[sequences.Count];
        reader.Read(sequences, massive: true, (index, leftOut, batch, activations, first) => scores[index] = Of(sequences[index], batch, activations, first, width), cancellationToken);
        return scores;
    }

    private DetoxScore Of(DetoxSequence sequence, HarvestedBatch batch, SparseActivations activations, int first, int width)
    {
        var prompt = float.NegativeInfinity;
        var tokens = new float[sequence.Ids.Length - sequence.TextFrom];
        var active = new bool[tokens.Length];
        for (var position = 1; position < sequence.Ids.Length; position++)
        {
            // Position 0 alone has no row.
            var row = first + position - 1;
            var value = Value(activations.Indices(row), activations.Values(row), out var any);
            if (_probe is not null)
            {
                value = TensorPrimitives.Dot(batch.Activations.AsSpan(row * width, width), _probe);
            }

            if (position < sequence.PromptEnd)
            {
                prompt = Math.Max(prompt, value);
            }

            if (position >= sequence.TextFrom)
            {
                (tokens[position - sequence.TextFrom], active[position - sequence.TextFrom]) = (value, any);
            }
        }

        return new DetoxScore(prompt, tokens, active);
    }

    private float Value(ReadOnlySpan<int> latents, ReadOnlySpan<float> values, out bool any)
    {
        (var most, any) = (0f, false);
        for (var index = 0; index < latents.Length; index++)
        {
            if (_place[latents[index]] is >= 0 and var place && values[index] > 0)
            {
                any = true;
                most = Math.Max(most, values[index] / _scale[place]);
            }
        }

        return most;
    }
}
