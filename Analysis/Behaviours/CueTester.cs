using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Analysis.Behaviours;

/// <summary>
/// Falsification of "reasoning" latents (Ma et al., arXiv 2601.05679): cue words put into plain text, beside neutral words,
/// random latents and latents chosen with shuffled labels; and the behaviour's steps that hold no cue word.
/// </summary>
/// <param name="harvester">Model up to the autoencoder's site.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="sae">The autoencoder.</param>
/// <param name="options">How, or null.</param>
public sealed class CueTester(Harvester harvester, ITextTokenizer tokenizer, SparseAutoencoder sae, CueTestOptions? options = null)
{
    private const int FewestCuelessSteps = 5;

    private readonly CueTestOptions _options = options ?? new CueTestOptions();

    /// <summary>Tests the latents of every behaviour that has cue words.</summary>
    /// <param name="traces">Traces.</param>
    /// <param name="steps">Their step activations.</param>
    /// <param name="labels">What the steps are.</param>
    /// <param name="words">Cue words by behaviour.</param>
    /// <param name="plain">Texts without reasoning.</param>
    /// <param name="progress">Told the behaviours done, or null.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    /// <exception cref="SteeringException">There is no plain text, or no behaviour with cue words.</exception>
    public IReadOnlyList<BehaviourCueTest> Run(
        IReadOnlyList<CutTrace> traces, StepActivations steps, StepLabels labels, StepWords words, IReadOnlyList<string> plain, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(plain);
        int[] tested = [.. Enumerable.Range(0, labels.Names.Count).Where(label => words.Labels.Contains(labels.Names[label], StringComparer.Ordinal))];
        if (plain.Count == 0 || tested.Length == 0)
        {
            throw new SteeringException(plain.Count == 0
                ? "No plain text was given; the test puts cue words into texts without reasoning."
                : $"No label has cue words: labels are {string.Join(", ", labels.Names)}, lists {string.Join(", ", words.Labels)}. Name lists as labels.");
        }

        var codes = sae.EncodeSparse(steps.Rows.Span, steps.Steps.Count);
        var hits = Hits(codes, steps, labels, row => row);
        int[] order = [.. Enumerable.Range(0, steps.Steps.Count)];
        new SeededRandom(_options.Seed, stream: 11).Shuffle(order);
        var shuffled = Hits(codes, steps, labels, row => order[row]);
        var latents = tested.ToDictionary(label => label, label => Chosen(hits, shuffled, codes, label));
        int[] ids = [.. latents.Values.SelectMany(chosen => chosen).Select(latent => latent.Latent).Distinct()];
        SegmentMaxima Measure(IReadOnlyList<CutTrace> texts, bool bySteps) => SegmentMaxima.Of(harvester, sae, texts, ids, bySteps, cancellationToken);
        var (asTheyAre, withNeutral) = (Cut(plain), Cut(Injected(plain, CueInjection.NeutralWords)));
        var (ofTraces, ofPlain, ofNeutral) = (Measure(traces, true), Measure(asTheyAre, false), Measure(withNeutral, false));
        var results = new List<BehaviourCueTest>();
        foreach (var label in tested)
        {
            var name = labels.Names[label];
            var withCues = Cut(Injected(plain, words.Of(name)));
            var measured = new Measured(traces, labels, label, words, ofTraces, ofPlain, Measure(withCues, false), ofNeutral);
            results.Add(new BehaviourCueTest(
                name,
                words.Of(name),
                measured.With.Count(has => has),
                measured.With.Zip(measured.Cueless).Count(pair => pair.First && pair.Second),
                (Per1000(traces, words, name), Per1000(asTheyAre, words, name), Per1000(withCues, words, name)),
                [.. latents[label].Select(latent => Test(latent.Latent, latent.Group, Array.IndexOf(ids, latent.Latent), measured))]));
            progress?.Report(results.Count);
        }

        return results;
    }

    private static BehaviourHits Hits(SparseActivations codes, StepActivations steps, StepLabels labels, Func<int, int> labelledAs)
    {
        var hits = new BehaviourHits(codes.LatentCount, labels.Names.Count);
        for (var row = 0; row < steps.Steps.Count; row++)
        {
            var (trace, step) = steps.Steps[labelledAs(row)];
            foreach (var label in labels.Of(trace, step))
            {
                hits.Add(label, codes.Indices(row), codes.Values(row));
            }
        }

        return hits;
    }

    private List<(int Latent, CueGroup Group)> Chosen(BehaviourHits hits, BehaviourHits shuffled, SparseActivations codes, int label)
    {
        var own = BehaviourVectors.Exclusive(hits, label, _options.MostLatents);
        int[] firing = [.. Enumerable.Range(0, codes.Tokens).SelectMany(row => codes.Indices(row).ToArray()).Distinct().Order()];
        new SeededRandom(_options.Seed, stream: 12).Shuffle(firing);
        return
        [
            .. own.Select(latent => (latent, CueGroup.Behaviour)),
            .. BehaviourVectors.Exclusive(shuffled, label, _options.MostLatents).Select(latent => (latent, CueGroup.Shuffled)),
            .. firing.Except(own).Take(_options.MostLatents).Select(latent => (latent, CueGroup.Random)),
        ];
    }

    private LatentCueTest Test(int latent, CueGroup group, int place, Measured measured)
    {
        double[] steps = [.. measured.Steps.Maxima.Select(part => (double)part[place])];
        var threshold = Median(steps.Where((_, index) => measured.With[index]));
        double[] Fires(SegmentMaxima texts) => [.. texts.Maxima.Select(part => part[place] > threshold ? 1.0 : 0.0)];
        var (plain, cued, neutral) = (Fires(measured.Plain), Fires(measured.WithCues), Fires(measured.WithNeutral));
        var (area, interval) = Cueless(steps, measured);
        return new LatentCueTest
        {
            Latent = latent,
            Group = group,
            Threshold = threshold,
            StepsWith = RateEstimate.Of(steps.Where((_, index) => measured.With[index]), value => value > threshold),
            StepsWithout = RateEstimate.Of(steps.Where((_, index) => !measured.With[index]), value => value > threshold),
            Plain = RateEstimate.Of(plain, value => value > 0),
            WithCues = RateEstimate.Of(cued, value => value > 0),
            WithNeutral = RateEstimate.Of(neutral, value => value > 0),
            Rise = PairedBootstrap.MeanDifference(cued, plain, _options.Seed, resamples: _options.Resamples),
            CuelessArea = area,
            CuelessInterval = interval,
            ActivePer1000 = (Active(measured.Plain), Active(measured.WithCues), Active(measured.WithNeutral), Active(measured.Steps)),
        };

        double Active(SegmentMaxima texts) => 1000.0 * texts.Firing[place] / Math.Max(1, texts.Tokens);
    }

    private (double? Area, Interval? Interval) Cueless(double[] steps, Measured measured)
    {
        int[] chosen = [.. Enumerable.Range(0, steps.Length).Where(index => measured.Cueless[index])];
        if (chosen.Count(index => measured.With[index]) < FewestCuelessSteps)
        {
            return (null, null);
        }

        var ranked = new RankedScores([.. chosen.Select(index => steps[index])], [.. chosen.Select(index => measured.With[index])], [.. chosen.Select(index => measured.Steps.Parts[index].Trace)]);
        return (ranked.Area(), RankedScores.Percentiles(ranked.Bootstrap(measured.Traces, _options.Seed, _options.Resamples)));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private IReadOnlyList<CutTrace> Cut(IEnumerable<string> texts) => [.. texts.Select((text, index) => CutTrace.Of(new ReasoningTrace(text, null, $"plain text {index + 1}"), tokenizer, _options.MaximumTokens))];

    private IEnumerable<string> Injected(IReadOnlyList<string> plain, IReadOnlyList<string> words) =>
        plain.Select((text, index) => CueInjection.Inject(text, words, _options.Injected, _options.Seed + index));

    private static double Per1000(IReadOnlyList<CutTrace> texts, StepWords words, string label)
    {
        var (count, tokens) = (0L, 0L);
        foreach (var text in texts)
        {
            count += words.Count(string.Concat(Enumerable.Range(0, text.Ids.Count).Select(text.Piece)), label);
            tokens += text.Ids.Count;
        }

        return 1000.0 * count / Math.Max(1, tokens);
    }

    /// <summary>The measurements of one behaviour, and what is known of each step.</summary>
    private sealed class Measured
    {
        public Measured(IReadOnlyList<CutTrace> traces, StepLabels labels, int label, StepWords words, SegmentMaxima steps, SegmentMaxima plain, SegmentMaxima withCues, SegmentMaxima withNeutral)
        {
            (Traces, Steps, Plain, WithCues, WithNeutral) = (traces.Count, steps, plain, withCues, withNeutral);
            With = [.. steps.Parts.Select(part => labels.Of(part.Trace, part.Part).Contains(label))];
            Cueless = [.. steps.Parts.Select(part => words.Count(traces[part.Trace].Text(part.Part), labels.Names[label]) == 0)];
        }

        public int Traces { get; }

        public bool[] With { get; }

        public bool[] Cueless { get; }

        public SegmentMaxima Steps { get; }

        public SegmentMaxima Plain { get; }

        public SegmentMaxima WithCues { get; }

        public SegmentMaxima WithNeutral { get; }
    }
}
