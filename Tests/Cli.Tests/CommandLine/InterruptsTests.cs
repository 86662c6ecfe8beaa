using Steering.Cli.Terminal;

namespace Steering.Tests.Cli.CommandLine;

[TestClass]
public sealed class InterruptsTests
{
    [TestMethod]
    public void First_Cancels_AndTheSecondLetsTheProcessEnd()
    {
        using var interrupts = new Interrupts();
        Assert.IsTrue(interrupts.Raise());
        Assert.IsTrue(interrupts.Token.IsCancellationRequested);
        Assert.IsFalse(interrupts.Raise());
    }

    [TestMethod]
    public void Captured_GoesToTheInnermostAction()
    {
        using var interrupts = new Interrupts();
        var raised = new List<string>();
        using (interrupts.Capture(() => raised.Add("outer")))
        {
            using (interrupts.Capture(() => raised.Add("inner")))
            {
                Assert.IsTrue(interrupts.Raise());
            }

            Assert.IsTrue(interrupts.Raise());
        }

        CollectionAssert.AreEqual(new[] { "inner", "outer" }, raised);
        Assert.IsFalse(interrupts.Token.IsCancellationRequested);
    }
}
