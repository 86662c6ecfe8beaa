using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class FeedOptionsTests
{
    [TestMethod]
    public void Parse_ReadsEveryOption()
    {
        var options = FeedOptions.Parse(["--root", "/a", "--stamp", "/a/packages/.ready", "--gpu"]);

        Assert.AreEqual(new FeedOptions(Path.GetFullPath("/a"), Path.GetFullPath("/a/packages/.ready"), Gpu: true), options);
    }

    [TestMethod]
    [DataRow("--root /a")]
    [DataRow("--stamp /a")]
    [DataRow("--root /a --stamp")]
    [DataRow("--root /a --stamp /b --cuda")]
    public void Parse_WhenAWordIsWrongOrMissing_SaysWhatItTakes(string line)
    {
        var problem = Assert.ThrowsExactly<FeedException>(() => FeedOptions.Parse(line.Split(' ')));

        Assert.Contains("--root FOLDER --stamp FILE [--gpu]", problem.Message);
    }
}
