using Steering.Training.Torch;
using TorchSharp;

namespace Steering.Tests.Training.Torch;

[TestClass]
public sealed class TorchRuntimeTests
{
    [TestMethod]
    public void EnsureLoaded_OnThisHost_RunsTorch()
    {
        TorchRuntime.EnsureLoaded();

        using var scope = torch.NewDisposeScope();
        using var product = torch.ones(2, 3).matmul(torch.ones(3, 2));
        Assert.AreSequenceEqual(new[] { 3f, 3f, 3f, 3f }, product.data<float>().ToArray());
        Assert.IsTrue(TorchRuntime.IsLoaded);
    }

    [TestMethod]
    public void EnsureLoaded_Threads_AreThoseAskedFor()
    {
        TorchRuntime.EnsureLoaded(new TorchOptions { Threads = 1 });
        Assert.AreEqual(1, torch.get_num_threads());

        TorchRuntime.EnsureLoaded();
        Assert.AreEqual(1, torch.get_num_threads());

        TorchRuntime.EnsureLoaded(new TorchOptions());
        Assert.AreEqual(Environment.ProcessorCount, torch.get_num_threads());
    }

    [TestMethod]
    public void EnsureLoaded_WithNegativeThreads_IsRefused() =>
        Refusal.Of(() => TorchRuntime.EnsureLoaded(new TorchOptions { Threads = -1 }), "-1 threads", "positive");

    [TestMethod]
    public void Find_InAPresetFolderWithoutTheLibrary_NamesTheFolderAndTheCure()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => new TorchLibraries(folder.Path).Find(TorchLibraries.Core[0]), folder.Path, "steer torch", TorchOptions.NativeFolderVariable);
    }
}
