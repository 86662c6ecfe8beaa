using Steering.Export.Checkpoints;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class CheckpointTests
{
    [TestMethod]
    [DataRow("pytorch_model.bin")]
    [DataRow("model.pt")]
    [DataRow("model.PTH")]
    [DataRow("last.ckpt")]
    [DataRow("data.pkl")]
    public void Open_Pickle_RefusesWithTheRecipe(string name)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(name, "would be opened"u8);
        Refusal.Of(() => Checkpoint.Open(path), $"{name} is a Python pickle, which can run any code when it is opened", "weights_only=True", "python -c");
        Refusal.Of(() => Checkpoint.Open(folder.Path), $"holds its weights only as Python pickles ({name})", "save_pretrained(");
    }

    [TestMethod]
    public void Open_FolderWithOneGguf_OpensIt()
    {
        using var checkpoint = Checkpoint.Open(OracleFolder.RequireModel("smollm2-135m-instruct"));
        Assert.IsInstanceOfType<GgufCheckpoint>(checkpoint);
    }

    [TestMethod]
    public void Open_NothingToRead_SaysWhatWasExpected()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => Checkpoint.Open(folder.Path), "holds no checkpoint; model.safetensors, model.safetensors.index.json or one GGUF file was expected");
        Refusal.Of(() => Checkpoint.Open(folder["none"]), "does not exist");
        Refusal.Of(() => Checkpoint.Open(folder.Write("a.txt", [1])), "is not a checkpoint that this library reads");
        folder.Write("b.gguf", [1]);
        folder.Write("a.gguf", [1]);
        Refusal.Of(() => Checkpoint.Open(folder.Path), "holds 2 GGUF files; name one of them: a.gguf, b.gguf");
    }
}
