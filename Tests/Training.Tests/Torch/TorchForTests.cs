using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

/// <summary>Loads libtorch before any test: the first use of TorchSharp must not come earlier.</summary>
[TestClass]
public static class TorchForTests
{
    [AssemblyInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();
}
