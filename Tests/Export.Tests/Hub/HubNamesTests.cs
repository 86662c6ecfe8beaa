using Steering.Export.Hub;
using Steering.IO;
using Steering.Tests.Export.Hub.Support;

namespace Steering.Tests.Export.Hub;

/// <summary>Names of repositories, patterns, and which files are chosen.</summary>
[TestClass]
public sealed class HubNamesTests
{
    [TestMethod]
    [DataRow("org/name", "org/name", "main")]
    [DataRow("Org-1/na.me_2@v1.0", "Org-1/na.me_2", "v1.0")]
    [DataRow("datasets/org/name@refs/pr/1", "datasets/org/name", "refs/pr/1")]
    public void Repository_IsRead(string text, string id, string revision)
    {
        var repository = HubRepository.Parse(text);
        Assert.AreEqual((id, revision), (repository.Id, repository.Revision));
    }

    [TestMethod]
    [DataRow("name")]
    [DataRow("org/name/more")]
    [DataRow("org/")]
    [DataRow("../name")]
    [DataRow("org/na me")]
    [DataRow("org/name@")]
    [DataRow("org/name@a..b")]
    [DataRow("org/name@a b")]
    [DataRow("org/name@a\nb")]
    [DataRow("org/name?x=1")]
    [DataRow("https://huggingface.co/org/name")]
    public void WrongRepository_IsRefused(string text) => Refusal.Of(() => HubRepository.Parse(text), "expected");

    [TestMethod]
    [DataRow("ftp://host")]
    [DataRow("huggingface.co")]
    [DataRow("https://user:word@host")]
    [DataRow("https://host/?a=b")]
    public void WrongEndpoint_IsRefused(string text) => Refusal.Of(() => HubConnection.ParseEndpoint(text), "https://huggingface.co");

    [TestMethod]
    [DataRow("*", "a/b.json", true)]
    [DataRow("*.gguf", "deep/x.gguf", true)]
    [DataRow("*.gguf", "x.GGUF", false)]
    [DataRow("blocks.8/*", "blocks.8/cfg.json", true)]
    [DataRow("blocks.8/", "blocks.8/a/cfg.json", true)]
    [DataRow("blocks.8/*", "blocks.88/cfg.json", false)]
    [DataRow("config.json", "sub/config.json", false)]
    [DataRow("a?c", "abc", true)]
    [DataRow("a?c", "ac", false)]
    [DataRow("*a*b*c", "xxaxxbxxbc", true)]
    [DataRow("*a*b*c", "xxaxxbxxcd", false)]
    public void Pattern_Matches(string pattern, string path, bool expected) => Assert.AreEqual(expected, new FilePattern(pattern).Matches(path));

    [TestMethod]
    public void Pattern_OfManyStars_TakesNoExponentialTime() =>
        Assert.IsFalse(new FilePattern(string.Concat(Enumerable.Repeat("*a", 200)) + "b").Matches(new string('a', 1000)));

    [TestMethod]
    public void Shards_AreThoseOfTheIndex()
    {
        var choice = Choose("model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "consolidated.safetensors", "config.json");
        Assert.AreSequenceEqual(["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"], choice.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Contains("shards", choice.LeftOut.Single().Reason);
    }

    [TestMethod]
    public void SaeAtTheTop_ComesWithItsConfiguration() =>
        Assert.HasCount(3, Choose("cfg.json", "sae_weights.safetensors", "sparsity.safetensors").Files);

    [TestMethod]
    public void SeveralGgufs_AreTheUsersChoice() =>
        Refusal.Of(() => Choose("m.Q8_0.gguf", "m.Q4_K_M.gguf", "m.Q2_K.gguf"), "3 GGUF files", "--file 'm.Q4_K_M.gguf'", "m.Q2_K.gguf");

    [TestMethod]
    public void OneGguf_IsTaken() => Assert.HasCount(1, Choose("m.Q8_0.gguf", "README.md").Files);

    [TestMethod]
    public void SaesInFolders_AreTheUsersChoice() =>
        Refusal.Of(() => Choose("README.md", "blocks.7/cfg.json", "blocks.8/cfg.json", "blocks.8/sae_weights.safetensors"), "--file", "'blocks.7/*'", "'blocks.8/*'");

    [TestMethod]
    public void OnlyPickles_AreNotTaken_UnlessTheirExtensionIsNamed()
    {
        FileChoice Named(string pattern) => FileChoice.Make(HubRepository.Parse("org/name"), Files("a/ae.pt", "a/config.json"), [pattern]);
        var choice = Named("a/*");
        Assert.AreEqual("a/config.json", choice.Files.Single().Path);
        Assert.Contains("run any code", choice.LeftOut.Single().Reason);
        Assert.AreEqual("a/ae.pt", Named("*.pt").Files.Single().Path);
        Refusal.Of(() => Named("a/ae*"), "pickles", "--file '*.bin'");
    }

    [TestMethod]
    public void PatternThatMatchesNothing_IsRefused_WithTheNearest() =>
        Refusal.Of(() => FileChoice.Make(HubRepository.Parse("org/name"), Files("config.json"), ["confg.json"]), "'confg.json'", "'config.json'");

    [TestMethod]
    [DataRow(0, "0 bytes")]
    [DataRow(999, "999 bytes")]
    [DataRow(1000, "1.0 kB")]
    [DataRow(999_960, "1.0 MB")]
    [DataRow(272_500_000, "272.5 MB")]
    [DataRow(long.MaxValue, "9.2 EB")]
    public void Bytes_AreReadable(long bytes, string expected) => Assert.AreEqual(expected, ByteText.Of(bytes));

    [TestMethod]
    [DataRow("{}")]
    [DataRow("[]")]
    [DataRow("""{"format": 2}""")]
    [DataRow("""{"format": 1, "files": [{"path": "x"}]}""")]
    [DataRow("""{"format": 1, "files": [], "commit": "main", "endpoint": "", "repository": "", "revision": ""}""")]
    public void DamagedRecord_IsRefused(string json)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("pull.json", System.Text.Encoding.UTF8.GetBytes(json));
        Refusal.Of(() => PullRecord.Read(path), path, "no record");
    }

    private static FileChoice Choose(params string[] names) => FileChoice.Make(HubRepository.Parse("org/name"), Files(names), []);

    private static HubFile[] Files(params string[] names) => [.. names.Select(name => new HubFile(name, 10, new ContentHash(IsGitBlob: true, FakeHub.GitSha1([]))))];
}
