using Steering.Concepts;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Concepts;

[TestClass]
public sealed class ConceptFileTests
{
    [TestMethod]
    public void Saved_IsReadBack()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.safetensors"];
        var statistics = Small();
        ConceptFile.Save(path, statistics);
        var read = ConceptFile.Load(path);
        Assert.AreEqual(statistics.Origin, read.Origin);
        Assert.AreSequenceEqual(statistics.Concepts.ToArray(), read.Concepts.ToArray());
        Assert.AreEqual(0.75, read.FiringRate(1, 1));
        Assert.AreEqual(3 * 0.75, read.Mean(1, 1), 1e-12);
        var bytes = File.ReadAllBytes(path);
        ConceptFile.Save(path, read);
        Assert.AreSequenceEqual(bytes, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void UnknownConcept_IsRefusedWithTheNearest() =>
        Assert.Contains("did you mean 'rude'", Refusal.Of(() => Small().IndexOf("rud")).Message, StringComparison.Ordinal);

    [TestMethod]
    public void EveryTruncatedOrFlippedFile_IsRefusedOrHarmless()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.safetensors"];
        ConceptFile.Save(path, Small());
        var bytes = File.ReadAllBytes(path);
        var random = new Random(3);
        for (var attempt = 0; attempt < 400; attempt++)
        {
            var damaged = attempt % 2 == 0 ? bytes[..random.Next(bytes.Length)] : (byte[])bytes.Clone();
            if (attempt % 2 == 1)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.WriteAllBytes(path, damaged);
            try
            {
                var read = ConceptFile.Load(path);
                Assert.IsTrue(double.IsFinite(read.Mean(0, 0)));
            }
            catch (SteeringException refusal)
            {
                Assert.IsNotEmpty(refusal.Message);
            }
        }
    }

    [TestMethod]
    public void OtherFormat_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a.safetensors"];
        SafetensorsWriter.Write(path, [TensorData.FromFloat32("largest", [1], new float[1])]);
        Assert.Contains("'steering.concepts' version 1", Refusal.Of(() => ConceptFile.Load(path)).Message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void CountsThatCannotBe_AreRefused()
    {
        Assert.Contains("active on 9 of 4", Refusal.Of(() => Small(active: 9)).Message, StringComparison.Ordinal);
        Assert.Contains("holds 3 observations, but 2 are active", Refusal.Of(() => Small(active: 2)).Message, StringComparison.Ordinal);
    }

    internal static ConceptStatistics Small(long active = 3) => new(
        new ConceptOrigin { SaeSha256 = new string('b', 64), Site = "resid_post.2", ModelName = "tiny", Pooling = ConceptPooling.Mean, Tokens = 12 },
        [new Concept("calm", 2), new Concept("rude", 4)],
        [0f, 4f],
        [0, 0, 1, active],
        [0, 0, 1, 3],
        [0, 0, 0, 0.8],
        [0.5, 0.5, 0.2, 0.8],
        new ConceptHistogram(new long[] { 0, 0, 0, 1, 3 }, new byte[] { 60, 121, 243 }, new[] { 1, 1, 2 }));
}
