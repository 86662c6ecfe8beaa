using System.Text.Json.Nodes;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Saes;

[TestClass]
public class SaeModelMatchTests
{
    private static readonly SocketManifest Manifest = new()
    {
        FormatVersion = SocketLayout.FormatVersion,
        ModelName = "SmolLM2 135M Instruct",
        Architecture = "llama",
        ActivationType = "float32",
        HiddenSize = 4,
        BlockCount = 30,
        GraphFile = "model.onnx",
        GraphSha256 = new string('a', 64),
        WeightFiles = ["model.onnx.data"],
        WeightsSha256 = new string('b', 64),
        Sites = [new SocketSite("resid_post.3", 3, 4), new SocketSite("resid_post.7", 7, 4)],
    };

    [TestMethod]
    [DataRow("blocks.15.hook_resid_post", "resid_post.15")]
    [DataRow("blocks.8.hook_resid_pre", "resid_post.7")]
    [DataRow("blocks.0.hook_resid_pre", null)]
    [DataRow("model.layers.12", "resid_post.12")]
    [DataRow("transformer.h.2", "resid_post.2")]
    [DataRow("gpt_neox.layers.0", "resid_post.0")]
    [DataRow("resid_post.4", "resid_post.4")]
    [DataRow("blocks.3.hook_mlp_out", null)]
    [DataRow("blocks.3.attn.hook_z", null)]
    [DataRow("blocks.9999999.hook_resid_post", null)]
    [DataRow("xblocks.3.hook_resid_post\n", null)]
    public void ToSite_OfAHookPoint_IsTheResidualStreamItNames(string hook, string? site) => Assert.AreEqual(site, HookPoint.ToSite(hook));

    [TestMethod]
    public void OfSite_IsTheHookPointThatNamesTheSite()
    {
        Assert.AreEqual("blocks.15.hook_resid_post", HookPoint.OfSite("resid_post.15"));
        Assert.AreEqual("resid_post.15", HookPoint.ToSite(HookPoint.OfSite("resid_post.15")));
        foreach (var other in new[] { "15", "layers.15", "blocks.15.hook_resid_post", "resid_post.015", "resid_post.x", string.Empty })
        {
            Refusal.Of(() => HookPoint.OfSite(other), $"'{other}' is no site");
        }
    }

    [TestMethod]
    [DataRow("HuggingFaceTB/SmolLM2-135M-Instruct")]
    [DataRow("smollm2_135m.instruct")]
    [DataRow("onnx-community/SmolLM2-135M-Instruct-ONNX-int4")]
    public void Check_OfTheSameModelUnderAnotherSpelling_GivesTheAutoencodersSite(string name)
    {
        var autoencoder = Load(name, "blocks.3.hook_resid_post");
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(autoencoder, Manifest));
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(autoencoder, Manifest, "resid_post.3"));
    }

    [TestMethod]
    [DataRow("gpt2-small")]
    [DataRow("smollm2-135m")]
    [DataRow("SmolLM2_135M_Instruct_v2")]
    public void Check_OfAnotherModel_IsRefusedUnlessAllowed(string name)
    {
        var autoencoder = Load(name, "blocks.3.hook_resid_post");
        Refusal.Of(() => SaeModelMatch.Check(autoencoder, Manifest), "made for another model", $"'{name}'", "'SmolLM2 135M Instruct'", "allow another model");
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(autoencoder, Manifest, allowOtherModel: true));
    }

    /// <summary>A name that holds another is another model's.</summary>
    [TestMethod]
    [DataRow("gpt2-small", "openai-community/gpt2", true)]
    [DataRow("gemma-v3-270m-pt", "google/gemma-3-270m", true)]
    [DataRow("Meta-Llama-3.1-8B", "meta-llama/Llama-3.1-8B", true)]
    [DataRow("gpt2", "distilgpt2", false)]
    [DataRow("pythia-70m", "EleutherAI/pythia-70m-deduped", false)]
    [DataRow("gemma-2-2b", "google/gemma-2-2b-it", false)]
    [DataRow("gpt2-medium", "gpt2", false)]
    public void Agree_TellsModelsApart(string name, string other, bool same) => Assert.AreEqual(same, ModelIdentity.Agree(name, other));

    [TestMethod]
    public void Check_OfAFingerprint_ComparesItExactlyWhateverTheName()
    {
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(Load("renamed", "blocks.3.hook_resid_post", new string('B', 64)), Manifest));
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(Load("renamed", "blocks.3.hook_resid_post", new string('a', 64)), Manifest with { WeightFiles = [] }), "a graph that holds its weights is its own fingerprint");
        var other = Load("SmolLM2 135M Instruct", "blocks.3.hook_resid_post", new string('c', 64));
        Refusal.Of(() => SaeModelMatch.Check(other, Manifest), new string('c', 64), new string('b', 64), "--allow-other-model");
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(other, Manifest with { CheckpointSha256 = new string('c', 64) }), "the checkpoint's fingerprint is that of every import");
        Assert.AreEqual("resid_post.3", SaeModelMatch.Check(other, Manifest, allowOtherModel: true));
    }

    [TestMethod]
    public void Check_OfTheWrongPlace_IsRefused()
    {
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", "blocks.3.hook_resid_post"), Manifest, "resid_post.7"), "belongs to site 'resid_post.3'", "not to 'resid_post.7'");
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", "blocks.5.hook_resid_post"), Manifest), "no site 'resid_post.5'", "resid_post.3, resid_post.7");
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", "blocks.3.hook_mlp_out"), Manifest), "blocks.3.hook_mlp_out", "hook_resid_post");
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", "blocks.0.hook_resid_pre"), Manifest), "blocks.0.hook_resid_pre");
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", hook: null), Manifest), "does not say where it belongs");
        Assert.AreEqual("resid_post.7", SaeModelMatch.Check(Load("smollm2-135m-instruct", hook: null), Manifest, "resid_post.7"));
        Refusal.Of(() => SaeModelMatch.Check(Load("smollm2-135m-instruct", "blocks.3.hook_resid_post"), Manifest with { HiddenSize = 576 }), "width 4", "width 576");
    }

    private static SparseAutoencoder Load(string model, string? hook, string? sha256 = null) => new SaeFolderBuilder()
        .With("metadata", new JsonObject { ["model_name"] = model, ["hook_name"] = hook, ["steering_model_sha256"] = sha256 })
        .Load();
}
