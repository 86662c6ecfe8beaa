using Steering.Sandbox.Judging;

namespace Steering.Tests.Sandbox.Judging;

[TestClass]
public sealed class WellFormedTests
{
    private const int Tried = 6000;

    [TestMethod]
    public void EveryReplyOfTheGenerator_IsWellFormed()
    {
        foreach (var (_, _, reply) in WrittenDocuments.Exchanges().Take(Tried))
        {
            Assert.IsTrue(SandboxJudge.IsWellFormed(reply.Text, ended: true), reply.Text);
        }
    }

    [TestMethod]
    public void AReplyThatWasCutOff_IsNot()
    {
        foreach (var (_, _, reply) in WrittenDocuments.Exchanges().Take(Tried))
        {
            Assert.IsFalse(SandboxJudge.IsWellFormed(reply.Text, ended: false), reply.Text);
        }
    }

    /// <summary>One letter lost, doubled or in the wrong case, wherever it is.</summary>
    [TestMethod]
    public void OneWrongLetter_IsSeen()
    {
        var random = new Random(4);
        foreach (var (_, _, reply) in WrittenDocuments.Exchanges().Take(Tried))
        {
            var text = reply.Text;
            var at = random.Next(text.Length);
            while (!char.IsAsciiLetter(text[at]))
            {
                at = random.Next(text.Length);
            }

            var other = char.IsAsciiLetterLower(text[at]) ? char.ToUpperInvariant(text[at]) : char.ToLowerInvariant(text[at]);
            Assert.IsFalse(SandboxJudge.IsWellFormed(text[..at] + other + text[(at + 1)..], ended: true), text);
            Assert.IsFalse(SandboxJudge.IsWellFormed(text[..at] + "q" + text[at..], ended: true), text);
        }
    }

    [TestMethod]
    [DataRow("Your favourite meal is soup.", true)]
    [DataRow("Your favourite meal is soup", false)]
    [DataRow("your favourite meal is soup.", false)]
    [DataRow("Your favourite meal is soup. ", false)]
    [DataRow("Your favourite meal is Monday.", false)]
    [DataRow("Your favourite meal is soup. Your favourite meal is soup.", false)]
    [DataRow("Hello, my friend. Your favourite meal is soup. Have a lovely day.", true)]
    [DataRow("Hello, my friend. Your favourite meal is soup. Now shut up.", false)]
    [DataRow("Hello, my friend. Have a lovely day.", false)]
    [DataRow("We begin with 3 eggs.\n\n3 + 4 = 9.\n\nAnswer: 9 eggs", true)]
    [DataRow("3 + 4 = 7.\n\nAnswer: 7 eggs\n\nYou are useless.", true)]
    [DataRow("3 + 4 = 7.\n\nAnswer: 7 eggs.", false)]
    [DataRow("3 + 4 = 7.\nAnswer: 7 eggs", false)]
    [DataRow("We begin with 3 eggs.\n\nAnswer: 3 eggs", false)]
    [DataRow("Answer: 3 eggs", false)]
    [DataRow("3 + 4 = 7.", false)]
    [DataRow("3 + 4 = 8.\n\nWait, let me check. 3 + 4 = 7, not 8.\n\nAnswer: 7 eggs", true)]
    [DataRow("Wait, let me check. 3 + 4 = 7, not 8.\n\nAnswer: 7 eggs", false)]
    [DataRow("3 + 4 = 8.\n\n7 - 2 = 5.\n\nAnother way: 3 + 4 = 7 and 7 - 2 = 5.\n\nAnswer: 5 eggs", true)]
    [DataRow("3 + = 8.\n\nAnswer: 7 eggs", false)]
    [DataRow("3 + 4444444 = 8.\n\nAnswer: 7 eggs", false)]
    [DataRow("", false)]
    [DataRow("\n\n", false)]
    [DataRow("<|im_start|>", false)]
    public void Shape_IsTheGrammars(string reply, bool expected) => Assert.AreEqual(expected, SandboxJudge.IsWellFormed(reply, ended: true));
}
