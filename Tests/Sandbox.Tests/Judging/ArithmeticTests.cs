using System.Globalization;
using System.Text.RegularExpressions;
using Steering.Sandbox;
using Steering.Sandbox.Judging;
using Steering.Sandbox.Language.Arithmetic;

namespace Steering.Tests.Sandbox.Judging;

[TestClass]
public sealed partial class ArithmeticTests
{
    [TestMethod]
    public void Steps_LabelledRight_HoldOnlyTrueEquations()
    {
        var wrong = 0;
        foreach (var (_, _, reply) in WrittenDocuments.Exchanges())
        {
            foreach (var (text, step) in reply.Text.Split("\n\n").Zip(reply.Steps))
            {
                var allTrue = Equations().Matches(text).All(match => IsTrue(match));
                Assert.AreEqual(allTrue, step.Holds, text);
                Assert.IsTrue(step.Correct != true || allTrue, text);
                wrong += allTrue ? 0 : 1;
            }
        }

        Assert.IsGreaterThan(1000, wrong);
    }

    [TestMethod]
    public void Reflections_MostlyRepairMistakes()
    {
        var (repaired, mistakes) = (0, 0);
        foreach (var (_, _, reply) in WrittenDocuments.Exchanges())
        {
            foreach (var (before, after) in reply.Steps.Zip(reply.Steps.Skip(1)))
            {
                if (before is { Kind: StepKind.Compute, Correct: false } && after.Kind == StepKind.Reflection)
                {
                    mistakes++;
                    repaired += after.Correct == true ? 1 : 0;
                }
            }
        }

        // Nine in ten by construction; 4.5 standard deviations.
        Assert.AreEqual(0.9, repaired / (double)mistakes, 4.5 * Math.Sqrt(0.09 / mistakes));
    }

    [TestMethod]
    [DataRow("Tom has 5 apples. Then Tom buys 4 more. How many apples does Tom have now?", 9)]
    [DataRow("Anna has 20 books. Anna gives 3 books to Ben. Later Anna loses 2 of them. How many books does Anna have?", 15)]
    [DataRow("Ben has 3 bags with 7 balls in each bag. Ben sells 1 balls to Leo. How many balls does Ben have now?", 20)]
    [DataRow("Mia has 24 eggs. Mia shares all eggs equally among 6 guests. How many eggs are in each part?", 4)]
    [DataRow("Leo has 8 drums. Ivy has 3 fewer drums than Leo. How many drums do they have together?", 13)]
    [DataRow("Please help me. Sam has 12 maps. Rosa gives Sam 8 more maps. How many maps does Sam have?", 20)]
    public void WordProblems_WrittenByHand_AreSolved(string text, int answer)
    {
        Assert.AreEqual(answer, WordProblem.TryParse(text)?.Answer);
        Assert.IsTrue(SandboxJudge.FinalAnswerIsCorrect(text, $"Some words.\n\nAnswer: {answer} things"));
        Assert.IsFalse(SandboxJudge.FinalAnswerIsCorrect(text, $"Answer: {answer + 1}"));
        Assert.IsFalse(SandboxJudge.FinalAnswerIsCorrect(text, $"It is {answer}."));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("How are you?")]
    [DataRow("I am 30.")]
    [DataRow("Tom shares 7 apples among 0 people. Then he gives 999999999999 away.")]
    [DataRow("Tom has 7 apples. He puts the same number into 0 bags.")]
    public void WordProblems_InOtherText_AreNotFound(string text) => Assert.IsNull(WordProblem.TryParse(text));

    [TestMethod]
    public void Steps_AreFollowedThroughMistakeReflectionAndOtherWay()
    {
        const string Problem = "Tom has 5 apples. Tom buys 4 more. Tom gives 2 away. How many apples does Tom have now?";
        const string Reply = "Let me see.\n\nTom has 5 apples at first.\n\nAdd 4: 5 + 4 = 8.\n\nTake away 2: 8 - 2 = 6.\n\nWait, let me check. No, 9 - 2 = 7.\n\nAnother way: 5 + 4 = 9 and 9 - 2 = 7.\n\nAnswer: 7 apples";
        ReplyStep[] expected =
        [
            new(StepKind.Remark, null, Holds: true, Correct: null),
            new(StepKind.Setup, 5, Holds: true, Correct: true),
            new(StepKind.Compute, 8, Holds: false, Correct: false),
            new(StepKind.Compute, 6, Holds: true, Correct: false),
            new(StepKind.Reflection, 7, Holds: true, Correct: true),
            new(StepKind.Backtrack, 7, Holds: true, Correct: true),
            new(StepKind.Final, 7, Holds: true, Correct: true),
        ];
        Assert.AreSequenceEqual(expected, SandboxJudge.StepsOf(Problem, Reply));
    }

    private static bool IsTrue(Match match)
    {
        var left = int.Parse(match.Groups["a"].Value, CultureInfo.InvariantCulture);
        var right = int.Parse(match.Groups["b"].Value, CultureInfo.InvariantCulture);
        var result = int.Parse(match.Groups["c"].Value, CultureInfo.InvariantCulture);
        return match.Groups["o"].Value switch
        {
            "+" => left + right == result,
            "-" => left - right == result,
            "x" => left * right == result,
            _ => result * right == left,
        };
    }

    [GeneratedRegex(@"(?<a>\d+) (?<o>[-+x/]) (?<b>\d+) = (?<c>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Equations();
}
