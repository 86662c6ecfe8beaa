using Steering.Training.Llama;

namespace Steering.Tests.Training.Llama;

[TestClass]
public sealed class DocumentWindowsTests
{
    [TestMethod]
    public void Pack_BeginsEveryWindowWithADocumentAndDropsTheRest()
    {
        int[][] documents = [[1, 2, 3], [4, 5], [6, 7, 8, 9], [10], [11, 12, 13, 14, 15], [16, 17]];
        var windows = DocumentWindows.Pack(documents, 4).ToArray();
        Assert.HasCount(3, windows);
        Assert.AreSequenceEqual([1, 2, 3, 4], windows[0]);
        Assert.AreSequenceEqual([6, 7, 8, 9], windows[1]);
        Assert.AreSequenceEqual([10, 11, 12, 13], windows[2], "the last two documents do not fill a window");
    }

    [TestMethod]
    public void Pack_TooShortText_GivesNothing() => Assert.IsEmpty(DocumentWindows.Pack([[1], [2]], 3));
}
