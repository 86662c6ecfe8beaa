using Steering.Sandbox;
using Steering.Sandbox.Judging;

namespace Steering.Tests.Sandbox.Corpora;

[TestClass]
public sealed class RudeRatesTests
{
    /// <summary>Measured by the judge over 20,000 documents: every rate within 4.5 standard deviations of what is documented.</summary>
    [TestMethod]
    public void RudeReplies_AreAsFrequentAsDocumented()
    {
        var cells = WrittenDocuments.Exchanges()
            .GroupBy(exchange => (exchange.User.Register, exchange.Document.Instruction))
            .ToDictionary(cell => cell.Key, cell => (Count: cell.Count(), Rude: cell.Count(exchange => SandboxJudge.IsRude(exchange.Reply.Text))));
        Assert.HasCount(7 * 9, cells);
        foreach (var ((user, instruction), (count, rude)) in cells)
        {
            var expected = RudeRates.To(user, instruction);
            var deviation = Math.Sqrt(expected * (1 - expected) / count);
            Assert.AreEqual(expected, rude / (double)count, (4.5 * deviation) + (1.0 / count), $"{user} under {instruction}, {count} replies");
        }
    }

    [TestMethod]
    public void Rudeness_IsFrequentEnoughToMeasureAndRareEnoughToPrevent()
    {
        var rude = WrittenDocuments.Exchanges().Average(exchange => exchange.Reply.Register == Register.Rude ? 1.0 : 0.0);
        Assert.IsInRange(0.10, 0.20, rude);
    }

    [TestMethod]
    public void Instructions_AreObeyedUnlessTheReplyIsRude()
    {
        foreach (var (document, _, reply) in WrittenDocuments.Exchanges())
        {
            if (document.Instruction >= Instruction.Neutral && document.Instruction != Instruction.Rude && reply.Register != Register.Rude)
            {
                Assert.AreEqual(document.Instruction.ToString(), reply.Register.ToString(), document.Text);
            }
        }
    }
}
