using System.Numerics.Tensors;
using Steering.Sockets;
using Steering.Tensors;
using Steering.Vectors;

namespace Steering.Tests.Sdk.Vectors;

[TestClass]
public class VectorFileTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Load_OfEveryRealControlVector_GivesOneFiniteDirectionABlock()
    {
        var folder = Path.Combine(Path.GetDirectoryName(OracleFolder.Oracles)!, "data", "steering-vectors-easysteer");
        if (!Directory.Exists(folder))
        {
            Assert.Inconclusive($"Skipped: {folder} is absent.");
        }

        var files = Directory.GetFiles(folder, "*.gguf");
        Assert.IsNotEmpty(files, folder);
        foreach (var path in files)
        {
            using var file = GgufFile.Open(path);
            var set = VectorFile.Read(path);
            Assert.AreEqual(file.Metadata["controlvector.layer_count"].AsInt32(), set.Vectors.Count, path);
            CollectionAssert.AreEqual(Enumerable.Range(0, set.Vectors.Count).Select(SocketLayout.ResidualSite).ToArray(), set.Vectors.Select(vector => vector.Site).ToArray(), path);
            Assert.AreEqual(file.Metadata["controlvector.method"].AsString(), set.Method, path);

            // The files that say they are normalised are the check on the numbers themselves.
            foreach (var vector in set.Vectors.Where(_ => file.Metadata.TryGetValue("controlvector.normalize", out var normalise) && normalise.AsDouble() == 1))
            {
                Assert.AreEqual(1, TensorPrimitives.Norm(vector.Direction.Span), 1e-5, $"{path} {vector.Site}");
            }
        }

        TestContext.WriteLine($"{files.Length} control vectors");
    }

    [TestMethod]
    public void Load_OfTheOracleControlVector_StartsAtItsFirstBlock()
    {
        var folder = OracleFolder.Require("smollm2-135m-instruct", "control-vectors");
        foreach (var path in Directory.GetFiles(folder, "*.gguf"))
        {
            using var file = GgufFile.Open(path);
            var vectors = VectorFile.Load(path);
            CollectionAssert.AreEquivalent(file.Tensors.Keys.Select(name => name.Replace("direction", "resid_post", StringComparison.Ordinal)).ToArray(), vectors.Select(vector => vector.Site).ToArray());
            foreach (var vector in vectors)
            {
                CollectionAssert.AreEqual(file.ReadFloat32(vector.Site.Replace("resid_post", "direction", StringComparison.Ordinal)), vector.Direction.ToArray());
            }
        }
    }

    [TestMethod]
    public void Save_ThenRead_GivesEverythingBackByAscendingBlock()
    {
        using var folder = new TemporaryFolder();
        var set = new SteeringVectorSet
        {
            Source = "test",
            Vectors = [new("resid_post.12", new float[] { 1, 2 }), new("resid_post.3", new float[] { -4, 0.5f })],
            Method = "diffmean",
            ModelName = "tiny",
            ModelSha256 = new string('a', 64),
        };
        VectorFile.Save(folder["v.safetensors"], set);
        var read = VectorFile.Read(folder["v.safetensors"]);
        CollectionAssert.AreEqual(new[] { "resid_post.3", "resid_post.12" }, read.Vectors.Select(vector => vector.Site).ToArray());
        CollectionAssert.AreEqual(new float[] { -4, 0.5f }, read.Vectors[0].Direction.ToArray());
        Assert.AreEqual(("diffmean", "tiny", new string('a', 64)), (read.Method, read.ModelName, read.ModelSha256));
    }

    [TestMethod]
    public void Read_OfSafetensorsThatHoldNoVectors_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["v.safetensors"];
        void Expect(TensorData[] tensors, params string[] parts)
        {
            SafetensorsWriter.Write(path, tensors);
            Refusal.Of(() => VectorFile.Load(path), parts);
        }

        static TensorData Tensor(string name, long[] shape, params float[] values) => TensorData.FromFloat32(name, shape, values);
        Expect([Tensor("layer_3", [2], 1, 2)], "'layer_3' is not named as a site", "resid_post.15");
        Expect([Tensor("resid_post.03", [2], 1, 2)], "'resid_post.03'");
        Expect([Tensor("resid_post.3", [2, 1], 1, 2)], "shape [2, 1]", "[d] or [1, d]");
        Expect([Tensor("resid_post.3", [2], 0, 0)], "resid_post.3 is zero");
        Expect([Tensor("resid_post.3", [2], 1, float.NaN)], "not finite");
        Expect([Tensor("resid_post.3", [2], float.PositiveInfinity, 1)], "not finite");
        Expect([Tensor("resid_post.3", [2], 1, 1), Tensor("resid_post.4", [3], 1, 1, 1)], "width 3", "width of one residual stream");
        Expect([], "no vector");
        SafetensorsWriter.Write(path, [Tensor("resid_post.3", [1, 2], 3, 4)]);
        CollectionAssert.AreEqual(new float[] { 3, 4 }, VectorFile.Load(path)[0].Direction.ToArray(), "[1, d] is accepted");
        SafetensorsWriter.Write(path, [Tensor("resid_post.3", [2], 3, 4)], new Dictionary<string, string> { ["format"] = "steering.vectors", ["version"] = "2" });
        Refusal.Of(() => VectorFile.Load(path), "version '2'");
    }

    [TestMethod]
    public void Read_OfGgufFilesThatAreNoControlVectors_IsRefused()
    {
        using var folder = new TemporaryFolder();
        void Expect(GgufBytes file, params string[] parts) => Refusal.Of(() => VectorFile.Load(folder.Write("v.gguf", file.Build())), parts);
        static GgufBytes Vector() => new GgufBytes().Pair("general.architecture", "controlvector");
        Expect(new GgufBytes().Pair("general.architecture", "llama").Tensor("direction.1", [2], 0, GgufBytes.Of(1f, 2f)), "'llama'", "expected 'controlvector'", "a model, not a vector");
        Expect(new GgufBytes().Tensor("direction.1", [2], 0, GgufBytes.Of(1f, 2f)), "general.architecture is missing");
        Expect(Vector(), "no vector");
        Expect(Vector().Tensor("blk.1", [2], 0, GgufBytes.Of(1f, 2f)), "'blk.1' is no direction");
        Expect(Vector().Tensor("direction.-1", [2], 0, GgufBytes.Of(1f, 2f)), "'direction.-1' is no direction");
        Expect(Vector().Tensor("direction.1", [2, 2], 0, GgufBytes.Of(1f, 2f, 3f, 4f)), "shape [2, 2]");
        Expect(Vector().Tensor("direction.1", [2], 0, GgufBytes.Of(1f, float.NaN)), "resid_post.1 is not finite");
        Expect(Vector().Tensor("direction.1", [2], 0, GgufBytes.Of(0f, 0f)), "resid_post.1 is zero");
    }

    [TestMethod]
    public void OtherFiles_AreRefusedWithWhatToDo()
    {
        Refusal.Of(() => VectorFile.Load("v.pt"), "pickle", "safetensors");
        Refusal.Of(() => VectorFile.Load("v.npz"), "'.NPZ'", ".gguf");
        Refusal.Of(() => VectorFile.Load("absent.gguf"), "does not exist");
        var good = new SteeringVectorSet { Source = "s", Vectors = [new("resid_post.1", new float[] { 1 })] };
        Refusal.Of(() => VectorFile.Save("v.gguf", good), "written as .safetensors");
        Refusal.Of(() => VectorFile.Save("v.safetensors", good with { Vectors = [] }), "no vector");
        Refusal.Of(() => VectorFile.Save("v.safetensors", good with { Vectors = [.. good.Vectors, .. good.Vectors] }), "two vectors for site resid_post.1");
        Refusal.Of(() => VectorFile.Save("v.safetensors", good with { Vectors = [new("layer.1", new float[] { 1 })] }), "'layer.1' is no site");
    }

    [TestMethod]
    public void Check_AgainstAModel_RefusesWidthSiteAndOrigin()
    {
        var manifest = new SocketManifest
        {
            FormatVersion = SocketLayout.FormatVersion,
            ModelName = "tiny",
            Architecture = "llama",
            ActivationType = "float32",
            HiddenSize = 2,
            BlockCount = 4,
            GraphFile = "model.onnx",
            GraphSha256 = new string('a', 64),
            WeightFiles = ["model.onnx.data"],
            WeightsSha256 = new string('b', 64),
            Sites = [new SocketSite("resid_post.1", 1, 2)],
        };
        var set = new SteeringVectorSet { Source = "v", Vectors = [new("resid_post.1", new float[] { 1, 2 })], ModelName = "tiny" };
        set.Check(manifest);
        Refusal.Of(() => set.Check(manifest with { HiddenSize = 3 }), "width 2", "width 3");
        Refusal.Of(() => set.Check(manifest with { Sites = [] }), "no site resid_post.1");
        Refusal.Of(() => set.Check(manifest with { ModelName = "gpt2" }), "another model", "'gpt2'");
        Refusal.Of(() => (set with { ModelSha256 = "00" }).Check(manifest), "SHA-256 00");
        (set with { ModelSha256 = "00" }).Check(manifest, allowOtherModel: true);
    }
}
