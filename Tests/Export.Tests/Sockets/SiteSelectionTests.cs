using Steering.Export.Sockets;

namespace Steering.Tests.Export.Sockets;

[TestClass]
public sealed class SiteSelectionTests
{
    private static readonly GraphSite[] Sites = [.. Enumerable.Range(0, 24).Select(block => new GraphSite(block, block, 0, 3))];

    [TestMethod]
    [DataRow("8,15,22", new[] { 8, 15, 22 })]
    [DataRow(" 22, 8 ", new[] { 8, 22 })]
    [DataRow("resid_post.3,5", new[] { 3, 5 })]
    public void Parse_OfBlocksAndSites_ChoosesThemInOrder(string text, int[] expected) =>
        CollectionAssert.AreEqual(expected, SiteSelection.Parse(text).Choose(Sites).Select(site => site.Block).ToArray());

    [TestMethod]
    [DataRow("all")]
    [DataRow(" ALL ")]
    public void Parse_OfAll_ChoosesEverySite(string text) => Assert.HasCount(24, SiteSelection.Parse(text).Choose(Sites));

    [TestMethod]
    [DataRow("", "cannot be read at ''")]
    [DataRow("8;15", "cannot be read at '8;15'")]
    [DataRow("8,-1", "cannot be read at '-1'")]
    [DataRow("mlp_out.3", "cannot be read at 'mlp_out.3'")]
    [DataRow("99999999999", "cannot be read at '99999999999'")]
    [DataRow("8,8", "each once")]
    public void Parse_OfSomethingElse_IsRefused(string text, string part) => Refusal.Of(() => SiteSelection.Parse(text), part);

    [TestMethod]
    public void Blocks_ThatAreNone_AreRefused()
    {
        Refusal.Of(() => SiteSelection.Blocks(), "at least one");
        Refusal.Of(() => SiteSelection.Blocks(3, -1), "-1, 3");
    }
}
