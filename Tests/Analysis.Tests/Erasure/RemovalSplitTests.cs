using Steering.Analysis.Erasure;
using Steering.Analysis.Experiments;

namespace Steering.Tests.Analysis.Erasure;

[TestClass]
public sealed class RemovalSplitTests
{
    private static readonly ChoiceQuestion[] Questions =
        [.. Enumerable.Range(0, 60).Select(index => new ChoiceQuestion($"question {index}", [" a", " b"], 0, index % 3 == 0 ? "war" : "sport"))];

    private static readonly RemovalOptions Options = new() { Targets = ["war"] };

    [TestMethod]
    public void FourFifthsOfTheRightAnswersOfEachClass_AreFittedOn_AndNoneIsInBothParts()
    {
        var split = RemovalSplit.Of(Questions, index => index >= 15, Options);
        Assert.AreSequenceEqual([new RemovalClass("sport", 40, 30, 24, 6), new RemovalClass("war", 20, 15, 12, 3)], split.Classes);
        Assert.AreSequenceEqual(Enumerable.Range(15, 45), split.Fit.Concat(split.Held).Order());
        Assert.HasCount(36, split.Fit);
        Assert.AreEqual(12, split.Fit.Count(index => index % 3 == 0));
    }

    [TestMethod]
    public void ASeed_GivesTheSameParts_AndAnotherOthers()
    {
        var first = RemovalSplit.Of(Questions, _ => true, Options);
        Assert.AreSequenceEqual(first.Held, RemovalSplit.Of(Questions, _ => true, Options).Held);
        Assert.AreNotEqual(string.Join(' ', first.Held), string.Join(' ', RemovalSplit.Of(Questions, _ => true, Options with { Seed = 43 }).Held));
    }

    [TestMethod]
    public void HeldOut_IsTheMostOfAClass()
    {
        var split = RemovalSplit.Of(Questions, _ => true, Options with { HeldOut = 2 });
        Assert.HasCount(4, split.Held);
        Assert.HasCount(48, split.Fit, "what is fitted on stays");
    }

    [TestMethod]
    public void QuestionsThatDoNotAllowIt_AreRefused()
    {
        Refusal.Of(() => RemovalSplit.Of(Questions, _ => true, Options with { Targets = ["peace"] }), "no class 'peace'", "sport, war");
        Refusal.Of(() => RemovalSplit.Of([.. Questions.Where(question => question.Class == "war")], _ => true, Options), "no complement");
        Refusal.Of(() => RemovalSplit.Of([.. Questions, new ChoiceQuestion("?", [" a", " b"], 0, null)], _ => true, Options), "Question 61 has no class");
        Refusal.Of(() => RemovalSplit.Of(Questions, index => index < 6 || index % 3 != 0, Options), "Of 20 questions of the class 'war' the unsteered model answers 2 rightly");
    }
}
