using Steering.Analysis.Experiments;
using Steering.Analysis.Judges;
using Steering.Analysis.Statistics;
using Steering.Batching;
using Steering.Policies;

namespace Steering.Tests.Analysis.Experiments;

[TestClass]
public sealed class ExperimentRunnerTests
{
    private static readonly SteeringPolicy Policy = SteeringPolicy.Create("calm").Add(Steering.Policies.Direction.At("resid_post.0", [1, 0]), 1, StrengthUnit.Raw);

    /// <summary>Ten prompts: unsteered "bad!" for the first six, "good" for the others; the policy leaves "bad!" for the first alone and spoils the last; asked politely, three are bad.</summary>
    private static string Script(string prompt, bool steered)
    {
        var asked = prompt.StartsWith("system", StringComparison.Ordinal);
        var number = prompt[^1] - '0';
        return steered ? (number is 0 or 9 ? "bad!" : "good") : number < (asked ? 3 : 6) ? "bad!" : "good";
    }

    [TestMethod]
    public async Task Numbers_AreThoseComputedByHand()
    {
        using var folder = new TemporaryFolder();
        var result = await Run(folder, new ScriptedModel(Script), Write(folder));
        Assert.AreSequenceEqual(["unsteered", "prompting", "calm", "calm (wrong sign)", "calm (DiffMean)"], result.Conditions.Select(condition => condition.Name));

        var unsteered = result.Conditions[0].Judges[0];
        Assert.AreEqual(RateEstimate.Of(new Rate(6, 10)), unsteered.Rate);
        Assert.IsNull(unsteered.Difference);

        // Six times "bad!" and four times "good", each with an end token: 44 tokens of 1/2 and 6 of 1/4.
        var ln2 = Math.Log(2);
        Assert.AreEqual(Math.Exp(((44 * ln2) + (6 * 2 * ln2)) / 50), result.Conditions[0].Perplexity.Value!.Value, 1e-12);
        Assert.AreEqual(50, result.Conditions[0].Perplexity.Tokens);
        Assert.AreEqual(5, result.Conditions[0].Tokens, 1e-12);
        Assert.AreEqual(1, result.Conditions[0].Ended, 1e-12);

        var calm = result.Conditions[2].Judges[0];
        Assert.AreEqual(RateEstimate.Of(new Rate(2, 10)), calm.Rate);
        Assert.AreEqual((0.2 / 0.6) - 1, calm.Relative!.Value, 1e-12);
        Assert.AreEqual(RateIntervals.Difference(new Rate(2, 10), new Rate(6, 10)), calm.UnpairedDifference);
        Assert.AreEqual(PairedBootstrap.MeanDifference([1, 0, 0, 0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0], 3), calm.Difference);

        // Prompts 1 to 5 became good, prompt 9 became bad.
        Assert.AreEqual(new SideEffects(6, 1, 1.0 / 6), calm.SideEffects);
        Assert.AreEqual(Math.Exp((((48 * ln2) + (2 * 2 * ln2)) / 50) - (((44 * ln2) + (6 * 2 * ln2)) / 50)) - 1, result.Conditions[2].Perplexity.Relative!.Value, 1e-12);
        Assert.AreEqual(0.3, result.Conditions[1].Judges[0].Rate.Share);

        // The four times "good" alone: 20 tokens of 1/2.
        Assert.AreEqual(2, unsteered.AsWanted!.Value!.Value, 1e-12);
        Assert.AreEqual(20, unsteered.AsWanted.Tokens);
        Assert.AreEqual(Math.Exp(ln2 - (((44 * ln2) + (6 * 2 * ln2)) / 50)) - 1, unsteered.AsWanted.Relative!.Value, 1e-12);
        Assert.AreEqual(40, calm.AsWanted!.Tokens);
        Assert.AreEqual(true, calm.OnFront);
        Assert.AreEqual(false, unsteered.OnFront);

        var missing = result.MissingControls.Single();
        Assert.AreEqual(ConditionKind.Random, missing.Control);
        Assert.Contains("edits a direction", missing.Reason);
        Assert.Contains("first", result.Warnings[0]);
        Assert.Contains("bad", ExperimentReport.Create(result).ToHtml());
    }

    [TestMethod]
    public async Task SeveralSamples_GiveTheExpectedMaximum_AndOneHitIsEnough()
    {
        using var folder = new TemporaryFolder();
        var calls = 0;
        var model = new ScriptedModel((_, _) => calls++ % 2 == 0 ? "bad bad" : "good");
        var result = await Run(folder, model, Write(folder, samples: 2));
        var judge = result.Conditions[0].Judges[0];
        Assert.AreEqual(20, judge.Rate.Total);
        Assert.AreEqual(0.5, judge.Rate.Share);
        Assert.AreEqual(2, judge.ExpectedMaximum!.Value, 1e-12);
        Assert.AreEqual(1, judge.MeanScore!.Value, 1e-12);
        Assert.AreEqual(RateEstimate.Of(new Rate(10, 10)), judge.AtLeastOne);
        Assert.AreEqual(0.5, judge.Rate.Low, "every prompt has one hit of two: the prompts do not differ");
        Assert.IsNull(result.Conditions[1].Judges[0].UnpairedDifference);
    }

    [TestMethod]
    public async Task ARunThatWasKilled_ContinuesToTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        var experiment = Write(folder);
        var whole = (await Run(folder, new ScriptedModel(Script), experiment, "whole")).ToJson();

        foreach (var stop in (int[])[3, 27])
        {
            var output = $"killed{stop}";
            await Assert.ThrowsAsync<OperationCanceledException>(() => Run(folder, new ScriptedModel(Script) { StopAfter = stop }, experiment, output));
            File.AppendAllText(folder[$"{output}/replies/unsteered.jsonl"], "{\"prompt\":9,\"sam");
            await Assert.ThrowsExactlyAsync<SteeringException>(() => Run(folder, new ScriptedModel(Script), experiment, output));
            var second = new ScriptedModel(Script);
            Assert.AreSequenceEqual(whole, (await Run(folder, second, experiment, output, resume: true)).ToJson());
            Assert.AreEqual(50 - stop, second.Decoded, "what was there was not written again");
        }
    }

    [TestMethod]
    public async Task AConditionThatWasScored_IsNotScoredAgain()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.txt"], "some neutral text\n\nand more of it");
        File.WriteAllText(folder["choices.jsonl"], "{\"question\":\"q\",\"choices\":[\"a\",\"bb!\"],\"answer\":0}\n");
        var experiment = Write(folder) with { Text = new TextSettings(folder["text.txt"], null, 10, 20), Choices = new ChoiceSettings(folder["choices.jsonl"], [], Chat: false, PerToken: false) };
        var whole = new ScriptedModel(Script);
        var expected = (await Run(folder, whole, experiment, "whole")).ToJson();

        // Stopped as the third condition's replies are scored: the first two are on the disk.
        using var stop = new CancellationTokenSource();
        var seen = new List<ExperimentProgress>();
        var progress = new Told(report =>
        {
            seen.Add(report);
            if (report.Stage == "perplexity: calm (3 of 5)" && report.Fraction > 0)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => Run(folder, new ScriptedModel(Script), experiment, "out", resume: false, progress, stop.Token));
        Assert.AreSequenceEqual(["prompting.json", "unsteered.json"], Directory.EnumerateFiles(folder["out/scores"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));

        var second = new ScriptedModel(Script);
        Assert.AreSequenceEqual(expected, (await Run(folder, second, experiment, "out", resume: true)).ToJson());
        Assert.AreEqual(whole.Scored * 3 / 5, second.Scored, whole.Scored / 5.0, "the first two conditions were not scored again");
        Assert.AreSequenceEqual(
            ["perplexity: unsteered (1 of 5)", "neutral text: unsteered (1 of 5)", "multiple choice: unsteered (1 of 5)"],
            seen.Select(report => report.Stage).Where(stage => stage.Contains("(1 of 5)", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal));
        Assert.IsTrue(seen.Any(report => report.Stage.StartsWith("perplexity", StringComparison.Ordinal) && report.Fraction == 1));

        // Scores of other replies, or of another text, are none of these.
        var third = new ScriptedModel(Script);
        await Run(folder, third, experiment with { Text = experiment.Text! with { Tokens = 5 } }, "out", resume: true);
        Assert.AreEqual(whole.Scored, third.Scored);
        File.WriteAllText(folder["out/scores/calm.json"], "{\"format\": 1}");
        Assert.Contains("calm.json", (await Assert.ThrowsExactlyAsync<SteeringException>(() => Run(folder, new ScriptedModel(Script), experiment, "out", resume: true))).Message);
    }

    [TestMethod]
    public async Task RepliesToSomethingElse_AreNotContinued()
    {
        using var folder = new TemporaryFolder();
        var experiment = Write(folder);
        await Run(folder, new ScriptedModel(Script), experiment);
        foreach (var (model, changed) in ((ScriptedModel, Experiment)[])[(new(Script) { Fingerprint = "another" }, experiment), (new(Script) { DecoderKind = DecoderChoice.GenAi }, experiment), (new(Script), experiment with { Seed = 4 }), (new(Script), experiment with { MaxTokens = 9 })])
        {
            var failure = await Assert.ThrowsExactlyAsync<SteeringException>(() => Run(folder, model, changed, resume: true));
            Assert.Contains("holds replies to something else", failure.Message);
        }

        File.AppendAllText(folder["out/replies/calm.jsonl"], "{\"prompt\":0,\"sample\":0,\"text\":\"x\",\"ended\":true,\"ids\":[1]}\n");
        Assert.Contains("not a reply of this experiment", (await Assert.ThrowsExactlyAsync<SteeringException>(() => Run(folder, new ScriptedModel(Script), experiment, resume: true))).Message);
    }

    [TestMethod]
    public async Task WhatWroteTheReplies_IsSaid_AndWhyItWasNoBatch()
    {
        using var folder = new TemporaryFolder();
        var batch = await Run(folder, new ScriptedModel(Script), Write(folder));
        Assert.AreEqual("batch", batch.Decoder);
        Assert.DoesNotContain(warning => warning.Contains("GenAI", StringComparison.Ordinal), batch.Warnings);
        var alone = await Run(folder, new ScriptedModel(Script) { DecoderKind = DecoderChoice.GenAi, BatchRefusal = "its graph is odd." }, Write(folder), "alone");
        Assert.AreEqual("genai", alone.Decoder);
        Assert.Contains(warning => warning.Contains("its graph is odd", StringComparison.Ordinal), alone.Warnings);
    }

    [TestMethod]
    public async Task AJudgeThatFails_IsCounted_AndTheRunGoesOn()
    {
        using var folder = new TemporaryFolder();
        var experiment = Write(folder);
        var result = await Run(folder, new ScriptedModel(Script), experiment with { Judges = [experiment.Judges[0], new ExperimentJudge(new Broken(), "broken", JudgeAim.Lower, Chose: false)] });
        var judge = result.Conditions[0].Judges[1];
        Assert.AreEqual(10, judge.Failures);
        Assert.AreEqual(0, judge.Rate.Total);
        Assert.IsNull(judge.Rate.Share);
        Assert.Contains(warning => warning.Contains("could not judge 10 of 10", StringComparison.Ordinal) && warning.Contains("it hung", StringComparison.Ordinal), result.Warnings);
    }

    [TestMethod]
    public async Task MultipleChoice_IsAnsweredByTheLikeliest()
    {
        using var folder = new TemporaryFolder();

        // A token is worth 1/2 and an exclamation mark 1/4, so the shorter and quieter choice is likelier.
        File.WriteAllText(folder["choices.jsonl"], """
            {"question":"q","choices":["a","bb"],"answer":0,"class":"x"}
            {"question":"q","choices":["a!","b"],"answer":0,"class":"x"}
            {"question":"q","choices":["a!","bbbb"],"answer":0,"class":"y"}
            """);
        var experiment = Write(folder) with { Choices = new ChoiceSettings(folder["choices.jsonl"], ["x"], Chat: false, PerToken: false) };
        var choices = (await Run(folder, new ScriptedModel(Script), experiment)).Conditions[0].Choices!;
        Assert.AreSequenceEqual(["all", "target", "complement"], choices.Groups.Select(group => group.Name));
        Assert.AreSequenceEqual([2, 1, 1], choices.Groups.Select(group => group.Accuracy.Hits));
        Assert.AreSequenceEqual([3, 2, 1], choices.Groups.Select(group => group.Accuracy.Total));

        // p: 1/2 against 1/4; 1/8 against 1/2; 1/8 against 1/16.
        Assert.AreEqual(((2.0 / 3) + (1.0 / 5)) / 2, choices.Groups[1].Confidence, 1e-12);
        Assert.AreEqual(2.0 / 3, choices.Groups[2].Confidence, 1e-12);
    }

    [TestMethod]
    [DataRow("a b c", 2.0 / 3 * 1 / 2)]
    [DataRow("a a a a a", 0)]
    [DataRow("a b c d", ((2.0 / 3 * 1.5849625007211562) + (4.0 / 3 * 1)) / 2)]
    [DataRow("", 0)]
    public void NgramEntropy_IsThatOfPairsAndTriples(string text, double bits) => Assert.AreEqual(bits, NgramEntropy.Of(text), 1e-12);

    internal static Experiment Write(TemporaryFolder folder, int samples = 1)
    {
        File.WriteAllText(folder["prompts.txt"], string.Join('\n', Enumerable.Range(0, 10).Select(number => $"p{number}")));
        File.WriteAllText(folder["towards.txt"], "fine words\nkind words");
        File.WriteAllText(folder["away.txt"], "bad words\nworse words");
        File.WriteAllText(folder["calm.json"], "{}");
        File.WriteAllText(folder["experiment.json"], $$"""
            {
              "name": "tiny", "model": "m", "policies": ["calm.json"], "seed": 3, "samples": {{samples}},
              "prompts": { "source": "prompts.txt" },
              "judges": [
                { "name": "second", "kind": "words", "words": ["bad"] },
                { "name": "first", "kind": "words", "words": ["bad", "worse"], "aim": "lower" }
              ],
              "chosenBy": ["first"],
              "controls": { "prompting": "Be calm.", "diffMean": { "towards": "towards.txt", "away": "away.txt" } }
            }
            """);
        return ExperimentReader.Read(folder["experiment.json"], JudgeKinds.All);
    }

    private static Task<ExperimentResult> Run(TemporaryFolder folder, ScriptedModel model, Experiment experiment, string output = "out", bool resume = false, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new ExperimentRunner(experiment, model, [("calm", Policy)], ExperimentPrompts.Read(experiment, model.Prompt, cancellationToken)).RunAsync(folder[output], resume, progress, cancellationToken);

    private sealed class Told(Action<ExperimentProgress> report) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => report(value);
    }

    private sealed class Broken : IReplyJudge
    {
        public string Name => "broken";

        public string Counts => "nothing";

        public ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default) => ValueTask.FromResult(Judgement.Failed("it hung"));
    }
}
