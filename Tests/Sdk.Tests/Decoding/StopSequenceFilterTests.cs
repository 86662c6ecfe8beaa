using System.Text;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Decoding;

[TestClass]
public sealed class StopSequenceFilterTests
{
    [TestMethod]
    public void Append_WithoutStops_PassesEverythingOn()
    {
        var filter = new StopSequenceFilter([]);
        Assert.AreEqual("abc", filter.Append("abc"));
        Assert.IsFalse(filter.Stopped);
    }

    [TestMethod]
    public void Append_AcrossTokenBorders_HoldsBackAndStopsBeforeTheSequence()
    {
        var filter = new StopSequenceFilter(["\n\nUser:"]);
        Assert.AreEqual("Hello", filter.Append("Hello\n"));
        Assert.AreEqual(string.Empty, filter.Append("\nUs"));
        Assert.AreEqual(string.Empty, filter.Append("er: more"));
        Assert.IsTrue(filter.Stopped);
        Assert.AreEqual(string.Empty, filter.Append("later"));
    }

    [TestMethod]
    public void Append_WhenTheOpeningTurnsOutHarmless_ReleasesIt()
    {
        var filter = new StopSequenceFilter(["END"]);
        Assert.AreEqual("the ", filter.Append("the E"));
        Assert.AreEqual("Egg", filter.Append("gg"));
        Assert.AreEqual("a", filter.Append("aEN"));
        Assert.AreEqual("EN", filter.Flush());
    }

    [TestMethod]
    public void Append_SplitAnywhere_GivesTheTextBeforeTheFirstStop()
    {
        const string Text = "one two STOP three HALT four";
        string[] stops = ["HALT", "STOP", "OTHER"];
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var filter = new StopSequenceFilter(stops);
            var shown = new StringBuilder();
            for (var start = 0; start < Text.Length;)
            {
                var length = Math.Min(random.Next(1, 6), Text.Length - start);
                shown.Append(filter.Append(Text.Substring(start, length)));
                start += length;
            }

            Assert.AreEqual("one two ", shown.ToString());
        }
    }

    [TestMethod]
    public void Constructor_WithAnEmptyStop_Refuses() =>
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => new StopSequenceFilter([""])).Message, "empty", StringComparison.Ordinal);
}
