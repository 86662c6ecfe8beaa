using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class PickleFileTests
{
    [TestMethod]
    [DataRow("a/model.bin", true)]
    [DataRow("model.PT", true)]
    [DataRow("model.pkl", true)]
    [DataRow("model.safetensors", false)]
    [DataRow("bin", false)]
    public void IsPickle_GoesByTheName(string path, bool expected) => Assert.AreEqual(expected, PickleFile.IsPickle(path));

    [TestMethod]
    public void Refusal_HoldsTheLineThatConverts()
    {
        var message = PickleFile.Refusal("/x/sae.pt").Message;
        Assert.Contains("/x/sae.pt is a Python pickle", message, StringComparison.Ordinal);
        Assert.Contains("torch.load('sae.pt', map_location='cpu', weights_only=True)", message, StringComparison.Ordinal);
        Assert.Contains("'sae.safetensors')", message, StringComparison.Ordinal);
    }
}
