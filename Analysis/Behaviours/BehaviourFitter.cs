using System.Globalization;
using System.Numerics.Tensors;
using Steering.Analysis.Statistics;
using Steering.Numerics;
using Steering.Saes;

namespace Steering.Analysis.Behaviours;

/// <summary>From step activations and labels to behaviour vectors (RISE, arXiv 2512.23988, §3.1), with rivals and controls on traces that were not fitted on.</summary>
public sealed class BehaviourFitter
{
    private readonly IReadOnlyList<CutTrace> _traces;
    private readonly StepActivations _steps;
    private readonly StepLabels _labels;
    private readonly SparseAutoencoder _sae;
    private readonly BehaviourFitOptions _options;
    private readonly SparseActivations _codes;
    private readonly int[] _training;
    private readonly int[] _heldOut;

    /// <param name="traces">The traces.</param>
    /// <param name="steps">Their step activations at the autoencoder's site.</param>
    /// <param name="labels">What the steps are.</param>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="options">How, or null.</param>
    /// <exception cref="SteeringException">The autoencoder is of another width, or no trace is left to fit on.</exception>
    public BehaviourFitter(IReadOnlyList<CutTrace> traces, StepActivations steps, StepLabels labels, SparseAutoencoder sae, BehaviourFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(sae);
        (_traces, _steps, _labels, _sae, _options) = (traces, steps, labels, sae, options ?? new BehaviourFitOptions());
        if (sae.HiddenSize != steps.HiddenSize)
        {
            throw new SteeringException($"{sae.Source} has {sae.HiddenSize} components and the step activations {steps.HiddenSize}. Name an autoencoder of this model.");
        }

        (_training, _heldOut) = Split(traces.Count, steps, _options);
        _codes = sae.EncodeSparse(steps.Rows.Span, steps.Steps.Count);
    }

    /// <summary>The rows that are fitted on.</summary>
    /// <param name="traces">Number of traces.</param>
    /// <param name="steps">Step activations.</param>
    /// <param name="options">Share and seed.</param>
    /// <exception cref="SteeringException">None is left.</exception>
    public static IReadOnlyList<int> TrainingRows(int traces, StepActivations steps, BehaviourFitOptions options) => Split(traces, steps, options).Training;

    /// <summary>Fits and measures.</summary>
    /// <param name="cancellationToken">Stops between behaviours.</param>
    public BehaviourFit Fit(CancellationToken cancellationToken = default)
    {
        var hits = Hits(_training, LabelsOf);
        var behaviours = new List<Behaviour>();
        for (var label = 0; label < _labels.Names.Count; label++)
        {
            behaviours.Add(Make(hits, label));
        }

        var (silhouette, map, share) = Geometry(behaviours);
        return new BehaviourFit
        {
            Site = _steps.Site,
            Behaviours = behaviours,
            TrainingSteps = _training.Length,
            HeldOutSteps = _heldOut.Length,
            LeftOut = _steps.LeftOut,
            Latents = _sae.LatentCount,
            ActiveMean = _codes.Count / (double)_codes.Tokens,
            Silhouette = silhouette,
            Map = map,
            MapShare = share,
            Detections = _heldOut.Length == 0 ? [] : Detect(behaviours, cancellationToken),
        };
    }

    private static (int[] Training, int[] HeldOut) Split(int traces, StepActivations steps, BehaviourFitOptions options)
    {
        var kept = TraceSplit.HeldOut(traces, options.HeldOut, options.Seed);
        int[] training = [.. Enumerable.Range(0, steps.Steps.Count).Where(row => !kept[steps.Steps[row].Trace])];
        return training.Length > 1
            ? (training, [.. Enumerable.Range(0, steps.Steps.Count).Where(row => kept[steps.Steps[row].Trace])])
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{training.Length} steps are left to fit on after {100 * options.HeldOut:F0} % of {traces} traces are held out. Give more traces, or hold out less."));
    }

    private IReadOnlyList<int> LabelsOf(int row) => _labels.Of(_steps.Steps[row].Trace, _steps.Steps[row].Step);

    private BehaviourHits Hits(int[] rows, Func<int, IReadOnlyList<int>> labelsOf)
    {
        var hits = new BehaviourHits(_sae.LatentCount, _labels.Names.Count);
        foreach (var row in rows)
        {
            foreach (var label in labelsOf(row))
            {
                hits.Add(label, _codes.Indices(row), _codes.Values(row));
            }
        }

        return hits;
    }

    private Behaviour Make(BehaviourHits hits, int label)
    {
        var latents = Exclusive(hits, label);
        var vector = Vector(hits, label);
        bool[] present = [.. _training.Select(row => LabelsOf(row).Contains(label))];
        return new Behaviour
        {
            Name = _labels.Names[label],
            Steps = present.Count(has => has),
            Latents = latents,
            Hits = [.. latents.Select(latent => hits.Of(latent, label))],
            Vector = vector,
            DiffMean = DiffMean(present),
            Sign = vector is null || !present.Contains(true) ? null : ProjectionSign.Of([.. _training.Select(row => (double)TensorPrimitives.Dot(vector, _steps.Row(row)))], present),
        };
    }

    // A latent without a hit of the label exceeds no other.
    private int[] Exclusive(BehaviourHits hits, int label) => BehaviourVectors.Exclusive(hits, label, _options.MostLatents);

    private float[]? Vector(BehaviourHits hits, int label) =>
        BehaviourVectors.Of(hits, label, UnitRow, _options.MostLatents) is { } vector ? Array.ConvertAll(vector, value => (float)value) : null;

    private double[] UnitRow(int latent)
    {
        var row = _sae.DecoderDirection(latent);
        var norm = TensorPrimitives.Norm(row);
        return Array.ConvertAll(row, value => norm == 0 ? 0 : (double)value / norm);
    }

    private float[] DiffMean(bool[] present)
    {
        var difference = new double[_steps.HiddenSize];
        var (hits, others) = (present.Count(has => has), present.Count(has => !has));
        for (var index = 0; index < present.Length; index++)
        {
            var row = _steps.Row(_training[index]);
            var weight = present[index] ? 1.0 / hits : -1.0 / others;
            for (var component = 0; component < difference.Length; component++)
            {
                difference[component] += weight * row[component];
            }
        }

        return Array.ConvertAll(difference, value => (float)value);
    }

    private (double? Silhouette, IReadOnlyList<(string Behaviour, double X, double Y)> Map, double Share) Geometry(List<Behaviour> behaviours)
    {
        var columns = behaviours.SelectMany((behaviour, label) => behaviour.Latents.Select(latent => (Latent: latent, Label: label))).ToArray();
        if (columns.Length == 0)
        {
            return (null, [], 0);
        }

        var silhouette = behaviours.Count(behaviour => behaviour.Latents.Count > 0) < 2
            ? (double?)null
            : CosineSilhouette.Of([.. columns.Select(column => UnitRow(column.Latent))], [.. columns.Select(column => column.Label)]).Average();
        var (points, first, second) = PrincipalMap.Of([.. columns.Select(column => _sae.DecoderDirection(column.Latent))]);
        return (silhouette, [.. columns.Zip(points, (column, point) => (behaviours[column.Label].Name, point.X, point.Y))], first + second);
    }

    private List<BehaviourDetection> Detect(List<Behaviour> behaviours, CancellationToken cancellationToken)
    {
        var detections = new List<BehaviourDetection>();
        var shuffled = Enumerable.Range(0, _options.Draws).Select(ShuffledHits).ToArray();
        for (var label = 0; label < behaviours.Count; label++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            detections.Add(Detect(behaviours[label], label, shuffled));
        }

        return detections;
    }

    private BehaviourDetection Detect(Behaviour behaviour, int label, BehaviourHits[] shuffled)
    {
        bool[] hits = [.. _heldOut.Select(row => LabelsOf(row).Contains(label))];
        int[] groups = [.. _heldOut.Select(row => _steps.Steps[row].Trace)];
        (double? Area, double[] Resampled)? vector = behaviour.Vector is null ? null : Resampled(Along(behaviour.Vector));
        var scores = new List<DetectionScore>
        {
            Score("behaviour vector", vector, null),
            Score("its latents", behaviour.Latents.Count == 0 ? null : Resampled([.. _heldOut.Select(row => Sum(row, behaviour.Latents))]), vector),
            Score("DiffMean", Resampled(Along(behaviour.DiffMean)), vector),
        };
        if (_options.Words is { } words && words.Labels.Contains(behaviour.Name, StringComparer.Ordinal))
        {
            scores.Add(Score("word list", Resampled([.. _heldOut.Select(row => (double)words.Count(Text(row), behaviour.Name))]), vector));
        }

        scores.Add(Control("random direction", Enumerable.Range(0, _options.Draws).Select(RandomDirection), label, hits, groups));
        scores.Add(Control("shuffled labels", shuffled.Select(counts => Vector(counts, label)), label, hits, groups));
        return new BehaviourDetection(behaviour.Name, _heldOut.Length, hits.Count(hit => hit), scores);

        (double? Area, double[] Resampled) Resampled(IReadOnlyList<double> values)
        {
            var ranked = new RankedScores(values, hits, groups);
            return (ranked.Area(), ranked.Bootstrap(_traces.Count, _options.Seed, _options.Resamples));
        }
    }

    private static DetectionScore Score(string method, (double? Area, double[] Resampled)? found, (double? Area, double[] Resampled)? vector) => new(
        method,
        found?.Area,
        found is { } own ? RankedScores.Percentiles(own.Resampled) : null,
        found is { } one && vector is { } other ? RankedScores.Percentiles(one.Resampled.Zip(other.Resampled, (left, right) => left - right)) : null);

    /// <summary>Directions that know nothing, each turned to the side on which the training steps with the behaviour lie.</summary>
    private DetectionScore Control(string method, IEnumerable<float[]?> directions, int label, bool[] hits, int[] groups)
    {
        var areas = new List<double>();
        bool[] present = [.. _training.Select(row => LabelsOf(row).Contains(label))];
        foreach (var direction in directions)
        {
            if (direction is not null
                && new RankedScores([.. _training.Select(row => (double)TensorPrimitives.Dot(direction, _steps.Row(row)))], present, new int[present.Length]).Area() is { } seen
                && new RankedScores(Along(direction), hits, groups).Area() is { } area)
            {
                areas.Add(seen < 0.5 ? 1 - area : area);
            }
        }

        return areas.Count == 0 ? new DetectionScore(method, null, null) : new DetectionScore(method, areas.Average(), new Statistics.Interval(areas.Min(), areas.Max()));
    }

    private double[] Along(float[] direction) => [.. _heldOut.Select(row => (double)TensorPrimitives.Dot(direction, _steps.Row(row)))];

    private double Sum(int row, IReadOnlyList<int> latents)
    {
        var indices = _codes.Indices(row);
        var values = _codes.Values(row);
        var sum = 0.0;
        foreach (var latent in latents)
        {
            var at = indices.BinarySearch(latent);
            sum += at < 0 ? 0 : values[at];
        }

        return sum;
    }

    private string Text(int row) => _traces[_steps.Steps[row].Trace].Text(_steps.Steps[row].Step);

    private BehaviourHits ShuffledHits(int draw)
    {
        int[] order = [.. Enumerable.Range(0, _training.Length)];
        new SeededRandom(_options.Seed, stream: 100 + draw).Shuffle(order);
        var other = _training.Zip(order, (row, index) => (row, With: _training[index])).ToDictionary(pair => pair.row, pair => pair.With);
        return Hits(_training, row => LabelsOf(other[row]));
    }

    private float[] RandomDirection(int draw)
    {
        // Sums of uniform numbers: near enough to normal for a direction, and the same on every machine.
        var random = new Xoshiro256(unchecked((ulong)((_options.Seed * 1_000_003) + draw + 1)));
        var direction = new float[_steps.HiddenSize];
        for (var component = 0; component < direction.Length; component++)
        {
            var sum = -6.0;
            for (var draws = 0; draws < 12; draws++)
            {
                sum += random.NextDouble();
            }

            direction[component] = (float)sum;
        }

        return direction;
    }
}
