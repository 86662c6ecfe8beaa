using Steering.Analysis.Judges;

namespace Steering.Tests.Analysis.Judges;

[TestClass]
public sealed class WordListJudgeTests
{
    private static readonly WordListJudge Judge = new("insults", ["fool", "you fool", "shut up", "don't care"]);

    [TestMethod]
    [DataRow("You FOOL!", 1)]
    [DataRow("fool, shut up. I don’t care: you fool", 4)]
    [DataRow("foolish food; shut it up", 0)]
    [DataRow("", 0)]
    [DataRow("shut\nup", 1)]
    public async Task WholeWordsCount_WhateverTheirCase_TheLongestPhraseOnce(string text, int count)
    {
        Assert.AreEqual(count, Judge.Count(text));
        Assert.AreEqual(count, (await Judge.JudgeAsync(new JudgedReply("hello", text))).Score);
    }

    [TestMethod]
    public void AListThatFindsNothing_IsRefused()
    {
        Refusal.Of(() => _ = new WordListJudge("none", []), "empty word list");
        Refusal.Of(() => _ = new WordListJudge("none", ["?!"]), "no letter or digit");
    }

    [TestMethod]
    public void Judgement_IsAScoreOrAReason()
    {
        Assert.AreEqual(1.0, Judgement.Of(true).Score);
        Assert.AreEqual(0.25, Judgement.Of(0.25).Score);
        Assert.IsNull(Judgement.Failed("it hung").Score);
        Assert.AreEqual("it hung", Judgement.Failed("it hung").Failure);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Judgement.Of(double.NaN));
    }
}
