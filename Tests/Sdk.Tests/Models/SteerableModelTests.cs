using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Models;

/// <summary>What a model folder and a request must be, and what the refusal says when they are not.</summary>
[TestClass]
public sealed class SteerableModelTests
{
    [TestMethod]
    public void Load_KnowsTheModel()
    {
        var model = TinyModel.Engine.Model;
        Assert.AreEqual("tiny-llama", model.Name);
        Assert.AreEqual(TinyModel.HiddenSize, model.HiddenSize);
        Assert.AreEqual(TinyModel.Vocabulary, model.VocabularySize);
        Assert.AreEqual(1024, model.ContextLength);
        Assert.AreSequenceEqual([TinyModel.Site, TinyModel.LastSite], model.Sites.Select(site => site.Name));
        Assert.IsTrue(model.IsEndToken(TinyModel.EndToken));
    }

    [TestMethod]
    public void Load_OfAMissingFolder_SaysHowToMakeOne() => Refused(() => SteerableModel.Load("/nowhere/at/all"), "/nowhere/at/all", "steer import");

    [TestMethod]
    public void Load_OfAFolderThatIsNoModel_SaysWhatIsMissing() => Refused(() => SteerableModel.Load(TinyModel.NewFolder()), "genai_config.json");

    [TestMethod]
    public void Load_OfABrokenConfiguration_SaysWhatItNeeds()
    {
        var folder = TinyModel.CopyOfFolder();
        File.WriteAllText(Path.Combine(folder, "genai_config.json"), """{"model":{"type":"llama"}}""");
        Refused(() => SteerableModel.Load(folder), "genai_config.json", "decoder.filename");
    }

    [TestMethod]
    public void Load_OfAChangedGraph_Refuses()
    {
        var folder = TinyModel.CopyOfFolder();
        File.Copy(Path.Combine(TinyModel.Plain, "model.onnx"), Path.Combine(folder, "model.onnx"), overwrite: true);
        Refused(() => SteerableModel.Load(folder), "graph", "changed or mixed up");
        Refused(() => ForwardPass.Load(folder), "graph", "changed or mixed up");
    }

    [TestMethod]
    public void Load_OfChangedWeights_Refuses()
    {
        var folder = TinyModel.CopyOfFolder();
        var weights = Path.Combine(folder, SocketManifestFile.Load(folder).WeightFiles[0]);
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        Refused(() => SteerableModel.Load(folder), "weights", "changed or mixed up");
    }

    [TestMethod]
    public void Load_OnCuda_WithoutIt_SaysWhatIsMissing()
    {
        var cuda = new SteerableModelOptions { Device = ExecutionDevice.Cuda };
        Refused(() => SteerableModel.Load(TinyModel.Folder, cuda), "CUDA", "-p:Gpu=true");
        Refused(() => ForwardPass.Load(TinyModel.Folder, cuda), "CUDA", "-p:Gpu=true");
    }

    public static IEnumerable<object[]> WrongRequests() =>
    [
        [new DecodeRequest { PromptIds = [] }, "no token"],
        [new DecodeRequest { PromptIds = [1], MaxTokens = 0 }, "MaxTokens is 0"],
        [new DecodeRequest { PromptIds = [1], MaxTokens = 2, MinTokens = 3 }, "MinTokens is 3"],
        [new DecodeRequest { PromptIds = [1], MaxTokens = 1024 }, "context of 1024"],
        [new DecodeRequest { PromptIds = [1, 260] }, "token 1 is 260"],
        [new DecodeRequest { PromptIds = [-1] }, "token 0 is -1"],
        [new DecodeRequest { PromptIds = [1], Sampling = new SamplingOptions { TopP = 2 } }, "TopP is 2"],
        [new DecodeRequest { PromptIds = [1], Reservations = [new RowReservation("resid_post.7", 1)] }, "no site resid_post.7"],
    ];

    [TestMethod]
    [DynamicData(nameof(WrongRequests))]
    public void Start_WithAWrongRequest_NamesTheNumber(DecodeRequest request, string message) =>
        Refused(() => TinyModel.Engine.Model.Start(request), message);

    [TestMethod]
    public void Start_WithAPolicyForAnotherModelsSite_Refuses()
    {
        var compiled = TinyModel.Engine.Compile(TinyModel.Push(1));
        using var plain = SteerableModel.Load(TinyModel.Plain);
        Refused(() => plain.Start(new DecodeRequest { PromptIds = [1], Policy = compiled }), "no sockets");
    }

    [TestMethod]
    public void Compile_ForASiteThatIsNotSocketed_ListsThoseThatAre() =>
        Refused(() => TinyModel.Engine.Compile(SteeringPolicy.Create("far").Add(Direction.At("resid_post.5", TinyModel.Direction(1)), 1)), "resid_post.5", TinyModel.Site);

    [TestMethod]
    public void Compile_OfADirectionOfAnotherWidth_Refuses() =>
        Refused(() => TinyModel.Engine.Compile(SteeringPolicy.Create("wide").Add(Direction.At(TinyModel.Site, new float[] { 1, 2, 3 }), 1)), "3", "32");

    [TestMethod]
    public void ForwardPass_WithAPolicyThatNeedsADecodingLoop_Refuses()
    {
        using var forward = ForwardPass.Load(TinyModel.Folder);
        var policy = TinyModel.Engine.Compile(TinyModel.Push(1, InterventionSpan.Completion));
        Refused(() => forward.Run(TinyModel.Prompt, policy), "'push'", "single forward pass");
        Refused(() => forward.Run([]), "0 tokens");
        Refused(() => forward.Run([999]), "999");
    }

    private static void Refused(Action action, params string[] parts)
    {
        var refusal = Assert.Throws<SteeringException>(action);
        foreach (var part in parts)
        {
            StringAssert.Contains(refusal.Message, part, StringComparison.Ordinal);
        }
    }
}
