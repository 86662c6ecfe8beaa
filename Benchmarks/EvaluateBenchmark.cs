using System.Diagnostics;
using Steering.Analysis.Experiments;
using Steering.Analysis.Judges;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Benchmarks;

/// <summary>How many tokens a second an experiment decodes, its replies logged, beside a plain batch of the same requests.</summary>
internal static class EvaluateBenchmark
{
    private const int Prompts = 32;
    private const int MaxTokens = 64;
    private const int Rounds = 3;
    private const string Replies = "replies:";

    public static async Task RunAsync(string folder)
    {
        var work = Directory.CreateTempSubdirectory("steering-evaluate-").FullName;
        try
        {
            using var model = ExperimentModel.Load(folder, new Dictionary<string, (Saes.SparseAutoencoder, string?)>(StringComparer.Ordinal), new SteerableModelOptions { Threads = 1, VerifyWeights = false });
            var policy = Policy(folder);
            var experiment = Write(work);
            var prompts = ExperimentPrompts.Read(experiment, model.Prompt);
            DecodeRequest[] requests =
            [
                .. from compiled in (CompiledPolicy[])[CompiledPolicy.Empty, model.Compile(policy)]
                   from index in Enumerable.Range(0, prompts.Count)
                   select ExperimentRunner.Request(experiment, model.Encode(prompts[index].Text, addSpecialTokens: false), compiled, index),
            ];
            var tokens = 0;
            var (plain, run) = (new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                tokens = (await model.Decoder.CompleteAllAsync(requests, model.ReplyParallelism).ConfigureAwait(false)).Sum(completion => completion.Ids.Count);
                var alone = tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
                var decoding = new DecodingTime();
                var result = await new ExperimentRunner(experiment, model, [("push", policy)], prompts)
                    .RunAsync(Path.Combine(work, FormattableString.Invariant($"out{round}")), resume: false, decoding).ConfigureAwait(false);
                if ((int)Math.Round(result.Conditions.Sum(condition => condition.Tokens * condition.Replies)) != tokens)
                {
                    throw new InvalidOperationException("The experiment decoded other replies than the plain batch.");
                }

                // The first round warms up.
                if (round > 0)
                {
                    plain.Add(alone);
                    run.Add(tokens / decoding.Seconds);
                }
            }

            Turns.Print(FormattableString.Invariant($"Replies of {model.Name}: {requests.Length} of at most {MaxTokens} tokens, {tokens} in all, decoder {model.DecoderKind} ({Rounds} rounds by turns)"), ["plain batch", "experiment, its replies logged"], [plain, run]);
            Console.WriteLine(FormattableString.Invariant($"an experiment keeps {100 * Turns.Median(run) / Turns.Median(plain):F1} % of a plain batch (bar: 90)"));
            Console.WriteLine();
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static SteeringPolicy Policy(string folder)
    {
        var site = SocketManifestFile.Load(folder) is { Sites: { Count: > 0 } sites } ? sites[sites.Count / 2] : throw new SteeringException($"{folder} has no sockets; make a socketed folder with 'steer socket'.");
        var random = new Random(1);
        float[] Direction() => [.. Enumerable.Range(0, site.HiddenSize).Select(_ => (float)(random.NextDouble() - 0.5) / 10)];
        var policy = SteeringPolicy.Create("push").Add(Policies.Direction.At(site.Name, Direction()), 1, StrengthUnit.Raw, Gate.Token(Policies.Direction.At(site.Name, Direction()), 0, StrengthUnit.Raw));
        return policy;
    }

    private static Experiment Write(string work)
    {
        string[] subjects = ["rivers", "bread", "bicycles", "the moon", "bridges", "tea", "chess", "winter"];
        string[] questions = ["Tell me about {0}.", "What do you like about {0}?", "Write a short story about {0}.", "Give me three facts about {0}.", "Why do people care about {0}?", "Explain {0} to a child.", "Write a poem about {0}.", "What is the history of {0}?"];
        File.WriteAllLines(Path.Combine(work, "prompts.txt"), questions.SelectMany(question => subjects.Select(subject => string.Format(System.Globalization.CultureInfo.InvariantCulture, question, subject))).Take(Prompts));
        File.WriteAllText(Path.Combine(work, "push.json"), "{}");
        File.WriteAllText(Path.Combine(work, "experiment.json"), $$"""
            {
              "name": "benchmark", "model": "m", "policies": ["push.json"], "seed": 1, "maxTokens": {{MaxTokens}},
              "prompts": { "source": "prompts.txt" },
              "judges": [{ "name": "water", "kind": "words", "words": ["water"] }],
              "chosenBy": [],
              "controls": { "leaveOut": ["prompting", "random", "wrongSign", "diffMean"] }
            }
            """);
        return ExperimentReader.Read(Path.Combine(work, "experiment.json"), JudgeKinds.All);
    }

    /// <summary>Time in which replies were decoded, by the stages that a run reports: it stands still while controls are made and replies are scored.</summary>
    private sealed class DecodingTime : IProgress<ExperimentProgress>
    {
        private readonly Lock _lock = new();
        private long _since = Stopwatch.GetTimestamp();

        public double Seconds { get; private set; }

        public void Report(ExperimentProgress value)
        {
            lock (_lock)
            {
                // The time up to a reply counts, whatever was reported before it; the time up to another stage does not.
                var now = Stopwatch.GetTimestamp();
                Seconds += value.Stage.StartsWith(Replies, StringComparison.Ordinal) ? Stopwatch.GetElapsedTime(_since, now).TotalSeconds : 0;

                _since = now;
            }
        }
    }
}
