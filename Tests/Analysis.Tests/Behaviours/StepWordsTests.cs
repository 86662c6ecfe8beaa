using Steering.Analysis.Behaviours;

namespace Steering.Tests.Analysis.Behaviours;

[TestClass]
public sealed class StepWordsTests
{
    private static readonly StepWords Words = StepWords.Parse(["reflection=wait, let me check", "backtracking=another way,alternatively"]);

    [TestMethod]
    [DataRow("Wait, is that right? Let me check.", "reflection", 2)]
    [DataRow("Waiting is no word, and await neither.", "", 0)]
    [DataRow("ANOTHER WAY: wait and wait.", "reflection,backtracking", 3)]
    [DataRow("", "", 0)]
    public void WholeWords_AreFoundWhateverTheirCase(string text, string labels, int count)
    {
        Assert.AreEqual(labels, string.Join(',', Words.LabelsOf(text)));
        Assert.AreEqual(count, Words.Count(text));
    }

    [TestMethod]
    public void Matches_SayWhereAndWhich()
    {
        Assert.AreSequenceEqual([(3, 4, 0), (9, 13, 3)], Words.Matches("So wait, alternatively…").ToArray());
        Assert.AreSequenceEqual(["another way", "alternatively"], Words.Of("backtracking").ToArray());
    }

    [TestMethod]
    [DataRow("reflection")]
    [DataRow("=wait")]
    [DataRow("reflection= , ")]
    public void Lists_ThatAreNone_AreRefused(string list) => Refusal.Of(() => StepWords.Parse([list]), list, "BEHAVIOUR=word");
}
