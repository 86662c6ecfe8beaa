using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class ContainedPathTests
{
    [TestMethod]
    [DataRow("a.safetensors")]
    [DataRow("sub/a.safetensors")]
    [DataRow("./a")]
    [DataRow("..a")]
    public void Resolve_Inside_GivesTheFullPath(string relative)
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(Path.GetFullPath(folder[relative]), ContainedPath.Resolve(folder.Path, relative));
    }

    [TestMethod]
    [DataRow("", "is empty")]
    [DataRow("a\0b", "control characters")]
    [DataRow("/etc/passwd", "is not a plain relative path")]
    [DataRow("C:\\x", "is not a plain relative path")]
    [DataRow("a\\b", "is not a plain relative path")]
    [DataRow("..", "contains '..'")]
    [DataRow("../x", "contains '..'")]
    [DataRow("a/../../x", "contains '..'")]
    [DataRow(".", "outside the folder")]
    public void Resolve_Outside_Refuses(string relative, string reason)
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => ContainedPath.Resolve(folder.Path, relative), reason, $"inside {folder.Path} was expected");
    }

    [TestMethod]
    public void Resolve_ThroughALink_RefusesOutsideAndAllowsInside()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["model", "real"]);
        Directory.CreateDirectory(folder["blobs"]);
        File.CreateSymbolicLink(folder["model", "secret"], "/etc/passwd");
        Directory.CreateSymbolicLink(folder["model", "up"], "..");
        Directory.CreateSymbolicLink(folder["model", "link"], "real");
        File.CreateSymbolicLink(folder["model", "blob"], "../blobs/abc");
        File.CreateSymbolicLink(folder["model", "loop"], "loop");
        Refusal.Of(() => ContainedPath.Resolve(folder["model"], "secret"), "leads to /etc/passwd, outside the folder");
        Refusal.Of(() => ContainedPath.Resolve(folder["model"], "up/x"), "outside the folder");
        Refusal.Of(() => ContainedPath.Resolve(folder["model"], "blob"), "outside the folder");
        Refusal.Of(() => ContainedPath.Resolve(folder["model"], "loop"), "more than 40 symbolic links");
        Assert.AreEqual(folder["model", "link", "x"], ContainedPath.Resolve(folder["model"], "link/x"));
        Assert.AreEqual(folder["model", "blob"], ContainedPath.Resolve(folder["model"], "blob", folder["blobs"]));
    }
}
