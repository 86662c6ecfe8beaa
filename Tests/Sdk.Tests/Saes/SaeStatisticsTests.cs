using Steering.Saes;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Saes;

[TestClass]
public class SaeStatisticsTests
{
    [TestMethod]
    public void Save_ThenLoad_GivesEverythingBack()
    {
        using var folder = new TemporaryFolder();
        var written = new SaeStatistics { MaxActivation = new float[] { 1.5f, 0, 3 }, FiringFrequency = new float[] { 0.5f, 0, 0.25f }, TokenCount = 1234567890123, TokensLeftOut = 17, Corpus = "tiny" };
        written.Save(folder["s.safetensors"]);
        var read = SaeStatistics.Load(folder["s.safetensors"]);
        CollectionAssert.AreEqual(written.MaxActivation.ToArray(), read.MaxActivation.ToArray());
        CollectionAssert.AreEqual(written.FiringFrequency.ToArray(), read.FiringFrequency.ToArray());
        Assert.AreEqual((1234567890123, 17, "tiny"), (read.TokenCount, read.TokensLeftOut, read.Corpus));
    }

    [TestMethod]
    public void Load_OfAFileThatIsNone_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["s.safetensors"];
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("other", [2], new float[2])]);
        Refusal.Of(() => SaeStatistics.Load(path), "unknown tensor 'other'");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("firing_frequency", [2], new float[2])]);
        Refusal.Of(() => SaeStatistics.Load(path), "'max_activation' is missing");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("max_activation", [2, 1], new float[2])]);
        Refusal.Of(() => SaeStatistics.Load(path), "shape [2, 1]");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("max_activation", [2], new[] { 1f, -2 })]);
        Refusal.Of(() => SaeStatistics.Load(path), "latent 1 is -2");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("max_activation", [2], new float[2]), TensorData.FromFloat32("firing_frequency", [3], new float[3])]);
        Refusal.Of(() => SaeStatistics.Load(path), "of 2 latents", "of 3");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("max_activation", [2], new float[2])], new Dictionary<string, string> { ["format"] = "steering.sae-statistics", ["version"] = "2" });
        Refusal.Of(() => SaeStatistics.Load(path), "version '2'", "reads");
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("max_activation", [2], new float[2])], new Dictionary<string, string> { ["tokens"] = "many" });
        Refusal.Of(() => SaeStatistics.Load(path), "'tokens' is 'many'");
        Refusal.Of(() => new SaeStatistics { MaxActivation = new[] { float.NaN }, TokenCount = 1 }.Save(path), "latent 0 is NaN");
    }

    [TestMethod]
    public void Accumulator_OverSequences_KeepsMaximaAndFrequenciesOfTheTokensThatCount()
    {
        // One latent a coordinate: activations are the positive coordinates themselves.
        var autoencoder = SparseAutoencoder.Create(new SaeParameters
        {
            Source = "identity",
            Architecture = SaeArchitecture.Standard,
            HiddenSize = 2,
            LatentCount = 2,
            Encoder = [1, 0, 0, 1],
            Decoder = [1, 0, 0, 1],
            DecoderBias = [0, 0],
            EncoderBias = [0, 0],
        });
        var accumulator = new MaxActivationAccumulator(autoencoder);
        Refusal.Of(() => accumulator.ToStatistics(), "no token was counted");
        accumulator.Add([900, 900, 1, -1, 2, -1, 0, 500, 1, -1], 5); // position 0 and the massive fourth are left out
        accumulator.Add([7, 7, 3, 2], 2);
        var statistics = accumulator.ToStatistics("by hand");
        CollectionAssert.AreEqual(new[] { 3f, 2 }, statistics.MaxActivation.ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 0.25f }, statistics.FiringFrequency.ToArray());
        Assert.AreEqual((4L, 3L), (statistics.TokenCount, statistics.TokensLeftOut));

        var everything = new MaxActivationAccumulator(autoencoder, TokenExclusion.None);
        everything.Add([900, 900, 1, -1], 2);
        CollectionAssert.AreEqual(new[] { 900f, 900 }, everything.ToStatistics().MaxActivation.ToArray());
        Refusal.Of(() => accumulator.Add([1, 2, 3], 1), "residuals has 3 numbers");
        Assert.AreEqual(3f, autoencoder.WithStatistics(statistics).MaxActivation(0));
    }
}
