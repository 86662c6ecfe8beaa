using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Steering.Analysis.Judges;
using Steering.Compilation;
using Steering.Decoding;
using Steering.IO;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>
/// Runs an experiment: every condition replies to the same prompts with the same draws, the replies are judged and scored, and
/// the conditions are compared. Replies are kept on the disk as they come, so that a run that was killed goes on where it was.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="model">Its model.</param>
/// <param name="policies">Its policies, loaded, in its order.</param>
/// <param name="prompts">Its prompts, at least one.</param>
public sealed class ExperimentRunner(Experiment experiment, IExperimentModel model, IReadOnlyList<(string Name, SteeringPolicy Policy)> policies, IReadOnlyList<ExperimentPrompt> prompts)
{
    /// <summary>Folder, in the output folder, that holds the replies.</summary>
    public const string RepliesFolder = "replies";

    /// <summary>Folder, in the output folder, that holds what the model was run for after the replies, by condition.</summary>
    public const string ScoresFolder = "scores";

    private readonly List<ReplyLog> _logs = [];
    private readonly List<string> _names = [];
    private int[][] _promptIds = [];

    /// <summary>Runs the experiment.</summary>
    /// <param name="folder">Folder for the replies; made where it is not there.</param>
    /// <param name="resume">Whether replies that are there already are taken as they are; otherwise there must be none.</param>
    /// <param name="progress">Told how far it has come; may be null.</param>
    /// <param name="cancellationToken">Stops within one token; what was replied stays.</param>
    /// <exception cref="SteeringException">There are replies already, or to something else; a policy or a prompt does not fit the model; a judge cannot judge at all.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<ExperimentResult> RunAsync(string folder, bool resume, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (prompts.Count == 0)
        {
            throw new SteeringException("There is no prompt to reply to; give at least one.");
        }

        using var held = FolderLock.Inside(folder);
        var replies = Directory.CreateDirectory(Path.Combine(folder, RepliesFolder)).FullName;
        if (!resume && Directory.EnumerateFiles(replies, "*.jsonl").Any())
        {
            throw new SteeringException($"{replies} holds replies already. Continue that run with --resume, or choose another folder with --output.");
        }

        // Before anything that takes long: what the files get wrong is said now.
        var choices = experiment.Choices is null ? null : new ChoiceMeter(experiment, model);
        var text = experiment.Text is null ? null : new TextMeter(experiment.Text, model, experiment.Seed);
        foreach (var (_, policy) in policies)
        {
            model.Compile(policy);
        }

        try
        {
            _promptIds = [.. prompts.Select(prompt => model.Encode(prompt.Text, addSpecialTokens: experiment.Prompts.Form == PromptForm.Text))];
            await ReplyAsync(replies, [ExperimentConditions.Unsteered], progress, cancellationToken).ConfigureAwait(false);
            var maker = new ExperimentConditions(experiment, model);
            progress?.Report(new ExperimentProgress("making the controls", 0));
            var others = await Task.Run(() => maker.Make(policies, _logs[0].All.Where(reply => reply.Sample == 0 && reply.Ids.Count > 0).Select(WithPrompt), cancellationToken), cancellationToken).ConfigureAwait(false);
            await ReplyAsync(replies, others, progress, cancellationToken).ConfigureAwait(false);
            var scorer = new ConditionScorer(experiment, model, Directory.CreateDirectory(Path.Combine(folder, ScoresFolder)).FullName, text, choices);
            return await MeasureAsync([ExperimentConditions.Unsteered, .. others], maker.Missing, scorer, choices, text, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _logs.ForEach(log => log.Dispose());
            _logs.Clear();
            _names.Clear();
        }
    }

    private (int[] Ids, int From) WithPrompt(ExperimentReply reply) => ([.. _promptIds[reply.Prompt], .. reply.Ids], _promptIds[reply.Prompt].Length);

    /// <summary>One queue over all conditions, so that the last long reply of one does not hold up the next.</summary>
    private async Task ReplyAsync(string folder, IReadOnlyList<ExperimentCondition> conditions, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var work = new List<(ExperimentCondition Condition, ReplyLog Log, int[][] PromptIds, int Index)>();
        foreach (var condition in conditions)
        {
            var fingerprint = ConditionFingerprint.Of(experiment, model, condition, prompts);
            var log = ReplyLog.Open(Path.Combine(folder, FileName(condition) + ".jsonl"), condition.Name, fingerprint, prompts.Count, experiment.Samples);
            _logs.Add(log);
            var ids = condition.IsPrompted ? [.. prompts.Select(prompt => model.Encode(prompt.Prompted!, addSpecialTokens: experiment.Prompts.Form == PromptForm.Text))] : _promptIds;
            work.AddRange(Enumerable.Range(0, prompts.Count * experiment.Samples).Where(index => !log.Has(index)).Select(index => (condition, log, ids, index)));
        }

        var total = prompts.Count * experiment.Samples * conditions.Count;
        var done = total - work.Count;
        var options = new ParallelOptions { MaxDegreeOfParallelism = model.ReplyParallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, work.Count, options, async (item, cancellation) =>
        {
            var (condition, log, ids, index) = work[item];
            var (prompt, sample) = (index / experiment.Samples, index % experiment.Samples);
            var completion = await model.Decoder.CompleteAsync(Request(experiment, ids[prompt], condition.Compiled, index), cancellation).ConfigureAwait(false);
            var ended = completion.FinishReason == FinishReason.Stop;
            int[] spoken = [.. completion.Ids.Take(completion.Ids.Count - (ended ? 1 : 0))];
            log.Add(new ExperimentReply(prompt, sample, completion.Ids, model.Decode(spoken), ended));
            progress?.Report(new ExperimentProgress($"replies: {condition.Name}", (double)Interlocked.Increment(ref done) / total));
        }).ConfigureAwait(false);
    }

    /// <summary>The same seed for a prompt and sample in every condition: what differs is the steering alone.</summary>
    internal static DecodeRequest Request(Experiment experiment, int[] prompt, CompiledPolicy policy, int index) => new()
    {
        PromptIds = prompt,
        MaxTokens = experiment.MaxTokens,
        Policy = policy,
        Sampling = new SamplingOptions { Temperature = experiment.Temperature, TopK = experiment.TopK, TopP = experiment.TopP, Seed = SeedOf(experiment.Seed, index) },
    };

    private static int SeedOf(int seed, int index)
    {
        var mixed = (((ulong)seed + 1) * 0x9E3779B97F4A7C15) + ((ulong)index * 0xD1342543DE82EF95);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ BitOperations.RotateRight(mixed, 27)) * 0x94D049BB133111EB;
        return (int)(mixed >> 33);
    }

    private async Task<ExperimentResult> MeasureAsync(
        IReadOnlyList<ExperimentCondition> conditions, IReadOnlyList<MissingControl> missing, ConditionScorer scorer, ChoiceMeter? choices, TextMeter? text, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var meters = experiment.Judges.Select(judge => new JudgeMeter(experiment, judge, prompts, Math.Max(model.Parallelism, 4))).ToArray();
        var judgements = new Judgement[conditions.Count][][];
        var results = new List<ConditionResult>();
        LogLikelihoods? unsteered = null;
        for (var index = 0; index < conditions.Count; index++)
        {
            var (condition, replies) = (conditions[index], _logs[index].All);
            judgements[index] = new Judgement[meters.Length][];
            for (var judge = 0; judge < meters.Length; judge++)
            {
                progress?.Report(new ExperimentProgress($"judging: {condition.Name}, {experiment.Judges[judge].Judge.Name}", (double)judge / meters.Length));
                judgements[index][judge] = await meters[judge].JudgeAsync(replies, cancellationToken).ConfigureAwait(false);
            }

            var (name, number) = (_names[index], index);
            var scores = await Task.Run(
                () => scorer.Score(condition, name + ".json", ConditionFingerprint.Of(experiment, model, condition, prompts), replies, _promptIds, progress is null ? null : new Numbered(progress, number, conditions.Count), cancellationToken), cancellationToken).ConfigureAwait(false);
            var nats = scores.Replies;
            var likelihoods = ByPrompt(replies, nats, _ => true);
            unsteered ??= likelihoods;
            results.Add(new ConditionResult
            {
                Name = condition.Name,
                Kind = condition.Kind,
                Policy = condition.Policy,
                Remark = condition.Remark,
                Replies = replies.Count,
                Tokens = replies.Average(reply => (double)reply.Ids.Count),
                Steps = replies.Average(reply => (double)Steps(reply.Text)),
                Ended = replies.Average(reply => reply.Ended ? 1.0 : 0),
                NgramEntropy = replies.Average(reply => NgramEntropy.Of(reply.Text)),
                Perplexity = likelihoods.Result(index == 0 ? null : unsteered, experiment.Seed),
                Text = scores.Text is null ? null : text!.Result(scores.Text, condition),
                Choices = scores.Choices is null ? null : choices!.Result(scores.Choices, condition),
                Judges =
                [
                    .. meters.Select((meter, judge) => meter.Result(judgements[index][judge], index == 0) with
                    {
                        AsWanted = meter.HasWish ? ByPrompt(replies, nats, reply => meter.IsAsWanted(judgements[index][judge][reply])).Result(unsteered, experiment.Seed) : null,
                    }),
                ],
            });
        }

        return Result(ParetoFront.Mark(results, experiment.Judges), missing, meters, judgements);
    }

    /// <summary>The sums of those replies that count.</summary>
    private LogLikelihoods ByPrompt(IReadOnlyList<ExperimentReply> replies, double[] nats, Func<int, bool> counts)
    {
        var scores = new LogLikelihoods(new double[prompts.Count], new long[prompts.Count]);
        foreach (var index in Enumerable.Range(0, replies.Count).Where(counts))
        {
            scores.Nats[replies[index].Prompt] += nats[index];
            scores.Tokens[replies[index].Prompt] += replies[index].Ids.Count;
        }

        return scores;
    }

    private ExperimentResult Result(IReadOnlyList<ConditionResult> results, IReadOnlyList<MissingControl> missing, JudgeMeter[] meters, Judgement[][][] judgements) => new()
    {
        Name = experiment.Name,
        Description = experiment.Description,
        Model = model.Name,
        Source = experiment.Prompts.Source,
        Prompts = prompts.Count,
        Samples = experiment.Samples,
        Seed = experiment.Seed,
        Temperature = experiment.Temperature,
        MaxTokens = experiment.MaxTokens,
        Decoder = model.DecoderKind.ToString().ToLowerInvariant(),
        Judges = [.. experiment.Judges.Select(judge => new JudgeSummary(judge.Judge.Name, judge.Kind, judge.Judge.Counts, judge.Judge.Threshold, judge.Aim, judge.Chose))],
        Conditions = results,
        MissingControls = missing,
        Warnings = [.. ExperimentWarnings.Of(experiment, model, results)],
        Examples =
        [
            .. Enumerable.Range(0, Math.Min(experiment.Examples, prompts.Count)).Select(prompt => new ExamplePrompt(
                prompts[prompt].User,
                [.. results.Select((condition, index) => new ExampleReply(
                    condition.Name,
                    _logs[index].All[prompt * experiment.Samples].Text,
                    [.. meters.Index().Where(meter => meter.Item.IsHit(judgements[index][meter.Index][prompt * experiment.Samples])).Select(meter => experiment.Judges[meter.Index].Judge.Name)]))])),
        ],
    };

    private static int Steps(string reply) => reply.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>A file name of its own for each condition, without ending.</summary>
    private string FileName(ExperimentCondition condition)
    {
        var plain = string.Concat(condition.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' ? letter : '-')).Trim('-', '.');
        var name = plain;
        for (var number = 2; _names.Contains(name, StringComparer.Ordinal); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{plain}-{number}");
        }

        _names.Add(name);
        return name;
    }

    /// <summary>Says which of the conditions is being scored.</summary>
    private sealed class Numbered(IProgress<ExperimentProgress> progress, int index, int count) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) =>
            progress.Report(value with { Stage = string.Create(CultureInfo.InvariantCulture, $"{value.Stage} ({index + 1} of {count})") });
    }
}

/// <summary>How far an experiment has come.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Fraction">Share of that stage, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExperimentProgress(string Stage, double Fraction);
