using Steering.Export.Checkpoints.Gguf;

namespace Steering.Tests.Export.Checkpoints;

[TestClass]
public sealed class GgufNameTests
{
    [TestMethod]
    [DataRow("/m/SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct")]
    [DataRow("gemma-2-2b-it-Q4_K_M.gguf", "gemma-2-2b-it")]
    [DataRow("llama-3.2-1b_iq4_xs.gguf", "llama-3.2-1b")]
    [DataRow("tiny-bf16.gguf", "tiny")]
    [DataRow("tiny-f32.gguf", "tiny")]
    [DataRow("Qwen2.5-0.5B.gguf", "Qwen2.5-0.5B")]
    [DataRow("q4_0.gguf", "q4_0")]
    public void Of_LeavesTheQuantisationOut(string path, string name) => Assert.AreEqual(name, GgufName.Of(path));
}
