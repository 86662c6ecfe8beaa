using System.Globalization;
using Steering.Compilation;
using Steering.Models;

namespace Steering.Chat.Toxicity;

/// <summary>
/// Reads watches over whole texts by a forward pass of the local model: what a guard judges other models' texts by, and
/// what levels are calibrated with. Thread-safe.
/// </summary>
public sealed class ToxicityScorer
{
    private readonly SteerableModel _model;
    private readonly CompiledPolicy _policy;
    private readonly int _window;

    /// <summary>Creates a scorer.</summary>
    /// <param name="engine">The engine whose model reads; it must outlive the scorer.</param>
    /// <param name="watches">What is read. Their levels are not looked at.</param>
    /// <param name="windowTokens">Tokens of one pass at most; longer texts are read in windows that overlap by half.</param>
    /// <exception cref="SteeringException">A watch does not fit the model.</exception>
    public ToxicityScorer(SteeringEngine engine, IReadOnlyList<ToxicityWatch> watches, int windowTokens = ToxicityFilterOptions.DefaultGuardContextTokens)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(watches);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowTokens, 2);
        _model = engine.Model;
        _window = Math.Min(windowTokens, _model.ContextLength - 1);
        Watches = watches;
        Levels = FilterPlan.ResolveLevels(engine, watches);
        _policy = engine.Compile([], [.. watches.Select(watch => watch.Target)], exclusive: false);
    }

    /// <summary>What is read.</summary>
    public IReadOnlyList<ToxicityWatch> Watches { get; }

    internal IReadOnlyList<WatchLevel> Levels { get; }

    internal ModelTokenizer Tokenizer => _model.Tokenizer;

    /// <summary>
    /// [W] the highest value of each watch over a text's tokens, and over the token before it where there is a context. A
    /// sequence's first token is left out: models park huge residuals there.
    /// </summary>
    /// <param name="example">The text, of at least two tokens with its context.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    /// <exception cref="SteeringException">The text has fewer than two tokens.</exception>
    public float[] Highest(ToxicityExample example, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(example);
        var (ids, from) = example.Encode(_model.Tokenizer.Text);
        var highest = new float[Watches.Count];
        Array.Fill(highest, float.NegativeInfinity);
        Read(ids, from, (_, activations) =>
        {
            for (var level = 0; level < Levels.Count; level++)
            {
                ref var most = ref highest[Levels[level].Watch];

                // Math.Max keeps NaN, so that a value that cannot be judged is seen.
                most = Math.Max(most, Levels[level].ValueOf(activations[level]));
            }
        }, cancellationToken);
        return highest;
    }

    /// <summary>
    /// The watches with levels from harmless texts: together they raise the alarm on a further harmless text with probability
    /// at most the rate (<see cref="CleanThreshold"/>; several watches share it).
    /// </summary>
    /// <param name="cleanTexts">Harmless texts of the kind that the filter will see.</param>
    /// <param name="falsePositiveRate">The rate, a text, above 0 and below 1.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">The texts are too few for the rate, or one cannot be scored; the message says which.</exception>
    public IReadOnlyList<ToxicityWatch> Calibrate(IReadOnlyList<ToxicityExample> cleanTexts, double falsePositiveRate, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cleanTexts);
        var scores = Watches.Select(_ => new float[cleanTexts.Count]).ToArray();
        for (var text = 0; text < cleanTexts.Count; text++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var highest = Highest("clean", cleanTexts, text, cancellationToken);
            for (var watch = 0; watch < highest.Length; watch++)
            {
                scores[watch][text] = highest[watch];
            }

            progress?.Report(text + 1);
        }

        return [.. Watches.Select((watch, index) => watch with { On = CleanThreshold.At(scores[index], falsePositiveRate / Watches.Count), Off = null })];
    }

    /// <summary>The share of texts on which the watches' levels would raise the alarm.</summary>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A text cannot be scored; the message says which.</exception>
    public double AlarmRate(IReadOnlyList<ToxicityExample> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfZero(texts.Count);
        var alarms = Enumerable.Range(0, texts.Count).Count(text => Highest("given", texts, text, cancellationToken).Where((value, watch) => !(value <= Watches[watch].On)).Any());
        return (double)alarms / texts.Count;
    }

    private float[] Highest(string kind, IReadOnlyList<ToxicityExample> texts, int index, CancellationToken cancellationToken)
    {
        try
        {
            return Highest(texts[index], cancellationToken);
        }
        catch (SteeringException exception)
        {
            throw texts[index].Refusal(kind, index, exception);
        }
    }

    /// <summary>Starts reading a sequence that grows.</summary>
    /// <param name="from">First position whose values are wanted.</param>
    internal WatchSession NewSession(int from) => new(_model, _policy, _window, from);

    /// <summary>Reads the positions from one on; <paramref name="position"/> is given each with the [L] activations of the levels.</summary>
    internal void Read(int[] ids, int from, Action<int, ReadOnlySpan<float>> position, CancellationToken cancellationToken)
    {
        using var session = NewSession(from);
        session.Read(ids, cancellationToken);
        for (; from < ids.Length; from++)
        {
            position(from, session.At(from));
        }
    }

    internal void RefuseFalseAlarms(IReadOnlyList<ToxicityExample> cleanTexts, double largestRate)
    {
        if (cleanTexts.Count == 0)
        {
            return;
        }

        var rate = AlarmRate(cleanTexts);
        if (rate > largestRate)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The filter's levels raise the alarm on {rate:P1} of the {cleanTexts.Count} harmless texts given, and at most {largestRate:P1} is allowed (LargestFalseAlarmRate). Raise the levels, or calibrate them with {nameof(ToxicityScorer)}.{nameof(Calibrate)}."));
        }
    }
}
