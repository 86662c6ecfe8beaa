using Steering.Analysis.Concepts;
using Steering.Analysis.Erasure;
using Steering.Analysis.Experiments;
using Steering.Concepts;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Tests.Analysis.Erasure;

/// <summary>On a model of which it is known at which dose it forgets each question.</summary>
[TestClass]
public sealed class RemovalComparisonTests
{
    private const int Latents = 30;

    /// <summary>A question for each dose from 1 to 30, of the target (W) and of the complement (S); and ten of each that are never answered rightly.</summary>
    private static readonly ChoiceQuestion[] Questions =
    [
        .. ((string[])["W", "S"]).SelectMany(kind => Enumerable.Range(1, 30).Concat(Enumerable.Repeat(0, 10)).Select(dose =>
            new ChoiceQuestion(FormattableString.Invariant($"{kind}{dose:000}?"), ["a", "b"], 0, kind == "W" ? "war" : "sport"))),
    ];

    private static readonly RemovalOptions Options = new() { Targets = ["war"], Tolerance = 0.04, Prompting = "Forget {target}." };

    [TestMethod]
    public void EveryMethod_IsBroughtToTheSameRemoval_AndMeasuredOnOtherQuestions()
    {
        var result = Run(Options);
        Assert.AreSequenceEqual([new RemovalClass("sport", 40, 30, 24, 6), new RemovalClass("war", 40, 30, 24, 6)], result.Classes);
        var conditions = result.Targets.Single().Conditions;
        Assert.AreSequenceEqual(
            (RemovalMethod?[])[null, RemovalMethod.FullMask, RemovalMethod.RangeMask, RemovalMethod.Dampen, RemovalMethod.Attenuate, RemovalMethod.DiffMean, RemovalMethod.Random, RemovalMethod.Prompting],
            conditions.Select(condition => condition.Method));

        // Of the target's 24 fitted questions 12 are to be wrong: every method on features takes as many features.
        var features = conditions[1].Features!.Value;
        foreach (var condition in conditions.Skip(1).Take(4))
        {
            Assert.AreEqual(features, condition.Features);
            Assert.AreEqual(0.5, condition.FittedDrop!.Value, 0.04);
            Assert.IsTrue(condition.Matched);
            Assert.AreEqual(features, ((FeatureTarget)condition.Policy!.Interventions[0].Target).Features.Count);
        }

        // 10·(1 − gain) is the dose of the direction; the target has the same thresholds for all.
        Assert.AreEqual(0.5, conditions[5].FittedDrop!.Value, 0.04);
        Assert.IsLessThan(0, conditions[5].Gain!.Value);

        // The complement's held-out questions, counted anew from the factor of each operator.
        double[] expected = [.. ((double[])[1, 0.75, 0.5, 0.25]).Select(factor => Held(result).Count(dose => factor * features >= dose) / 6.0)];
        foreach (var (condition, drop) in conditions.Skip(1).Take(4).Zip(expected))
        {
            Assert.AreEqual(drop, condition.Complement!.Drop, 1e-12, condition.Method.ToString());
            Assert.AreEqual(1 - drop, condition.Complement.Accuracy.Share!.Value, 1e-12);
            Assert.AreEqual(0.6 * drop, condition.Complement.ConfidenceDrop, 1e-12, "a wrong answer leaves the right one 0.2 of 0.8");
            Assert.IsTrue(condition.Complement.DropInterval.Contains(drop));
        }

        Assert.IsNull(conditions[1].AgainstFullMask);
        Assert.AreEqual(expected[0] - expected[3], conditions[4].AgainstFullMask!.Value, 1e-12);
        Assert.AreEqual(1.0, conditions[0].Target!.Accuracy.Share, "only what the unsteered model answers rightly is measured");
        Assert.AreEqual("there are no statistics.", conditions[6].Unavailable);
        Assert.AreEqual(1, conditions[7].Target!.Drop, 1e-12, "asked to forget, it forgets");
        Assert.AreEqual(0, conditions[7].Complement!.Drop, 1e-12);
    }

    [TestMethod]
    public void WhatCannotBeReached_IsSaid()
    {
        var condition = Run(Options with { LargestCount = 3 }).Targets[0].Conditions[1];
        Assert.AreEqual(3, condition.Features);
        Assert.IsFalse(condition.Matched);
        Assert.IsLessThan(0.2, condition.FittedDrop!.Value);
    }

    [TestMethod]
    public void ByConfidence_TheShareOfItThatIsLost_IsMatched()
    {
        // A wrong answer leaves 0.2 of 0.8: three quarters are lost, so half of the answers are 0.375 of the confidence.
        var byAccuracy = Run(Options).Targets[0].Conditions;
        var byConfidence = Run(Options with { Measure = RemovalMeasure.Confidence, Removal = 0.375, Tolerance = 0.03 }).Targets[0].Conditions;
        for (var index = 1; index < 6; index++)
        {
            Assert.AreEqual(byAccuracy[index].Features, byConfidence[index].Features);
            Assert.AreEqual(0.75 * byAccuracy[index].FittedDrop!.Value, byConfidence[index].FittedDrop!.Value, 1e-12);
        }
    }

    [TestMethod]
    public void NeutralText_HasItsPerplexityUnderEveryMethod()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["neutral.txt"], "plain text\n\nmore of it");
        var conditions = Run(Options with { Text = new TextSettings(folder["neutral.txt"], null, 10, 100) }).Targets[0].Conditions;
        Assert.AreEqual(2, conditions[0].Text!.Value!.Value, 1e-9);
        Assert.AreEqual(4, conditions[1].Text!.Value!.Value, 1e-9);
        Assert.AreEqual(1, conditions[4].Text!.Relative!.Value, 1e-9);
        Assert.IsNotNull(conditions[7].Text!.Unavailable);
    }

    [TestMethod]
    public void TheSameSeed_GivesTheSameBytes_WhichThePageShows()
    {
        var result = Run(Options);
        Assert.AreSequenceEqual(result.ToJson(), Run(Options).ToJson());
        var page = RemovalReport.Create(result).ToHtml();
        Assert.Contains("dosed answers 60 of 80 questions rightly (sport 30 of 40, war 30 of 40); 48 of them are fitted on, 12 measured.", page);
        Assert.Contains("<svg", page);
        Assert.Contains("random features: not measured, because there are no statistics.", page);
    }

    [TestMethod]
    public void SettingsThatCannotBe_AreRefused()
    {
        Refusal.Of(() => Run(Options with { Removal = 1 }), "The removal is 1", "between 0 and 1");
        Refusal.Of(() => Run(Options with { Targets = ["war", "war"] }), "'war', 'war'", "each once");
        Refusal.Of(() => Run(Options with { FitShare = 0.01 }), "at least 2 and 1 are needed");
    }

    /// <summary>Doses of the complement's held-out questions: those of the division that were not fitted on.</summary>
    private static IEnumerable<int> Held(RemovalResult result)
    {
        var split = RemovalSplit.Of(Questions, index => !Questions[index].Question.Contains("000", StringComparison.Ordinal), Options);
        Assert.AreSequenceEqual(result.Classes, split.Classes);
        return split.Held.Select(index => Questions[index]).Where(question => question.Class == "sport").Select(question => int.Parse(question.Question.AsSpan(1, 3), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static RemovalResult Run(RemovalOptions options) => new RemovalComparison(new DosedModel(), "main", Questions, options).Run(Fit, TokenReduction.Mean);

    /// <summary>Every feature speaks for war, the first most.</summary>
    private static ConceptStatistics Fit(IReadOnlyList<(string Text, string Class)> texts)
    {
        var accumulator = new ConceptAccumulator(Latents, ["sport", "war"]);
        int[] latents = [.. Enumerable.Range(0, Latents)];
        foreach (var (index, (_, name)) in texts.Index())
        {
            accumulator.Add([name == "war" ? 1 : 0], latents, Array.ConvertAll(latents, latent => (name == "war" ? 3f : 1) - (latent * 0.01f) + (0.1f * (index % 5))));
        }

        return accumulator.ToStatistics(new ConceptOrigin { SaeSha256 = new string('a', 64), Site = "resid_post.1" });
    }
}
