using Steering.Batching;
using Steering.Decoding;
using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Models;

namespace Steering.Tests.Sdk.Models;

/// <summary>A graph is fed by the names that its configuration gives, and with positions where it asks for them, by whoever runs it.</summary>
[TestClass]
public sealed class OtherNamesTests
{
    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public async Task ARenamedGraph_AndOneThatIsToldPositions_GiveWhatTheOriginalGives(bool renamed, bool positions)
    {
        var plain = OtherNames.Write(TinyModel.Plain, TinyModel.NewFolder(), renamed, positions);
        var folder = Path.Combine(TinyModel.NewFolder(), "socketed");
        ModelSocketer.Socket(plain, folder, SiteSelection.All);
        var policy = TinyModel.Request(TinyModel.Push(20)).Policy;
        using var original = ForwardPass.Load(TinyModel.Folder);
        using var other = ForwardPass.Load(folder);
        var (expected, actual) = (original.Run(TinyModel.Prompt, policy), other.Run(TinyModel.Prompt, policy));
        Assert.AreSequenceEqual(expected.Logits, actual.Logits);
        Assert.AreSequenceEqual(expected.Residuals[TinyModel.LastSite], actual.Residuals[TinyModel.LastSite]);
        var texts = new[] { (TinyModel.Prompt, 1), (TinyModel.Prompt[..4], 2) };
        Assert.AreSequenceEqual(original.LogProbabilities(texts).SelectMany(text => text), other.LogProbabilities(texts).SelectMany(text => text));

        using var model = SteerableModel.Load(folder);
        var request = TinyModel.Request(TinyModel.Push(20));
        var ids = TinyModel.Decode(request);
        Assert.AreSequenceEqual(ids, TinyModel.Decode(model, request));
        using var decoder = new BatchingDecoder(model);
        Assert.AreSequenceEqual(ids, (await decoder.CompleteAsync(request)).Ids);
        using var engine = new SteeringEngine(model, new Steering.Compilation.SteeringResources()) { OwnsModel = false };
        engine.RunCanary();
    }

    [TestMethod]
    public void AnInputThatAPassDoesNotHave_IsNamed()
    {
        var folder = OtherNames.Write(TinyModel.Plain, TinyModel.NewFolder(), renamed: false, positions: false);
        var path = Path.Combine(folder, "model.onnx");
        var model = OnnxModelFile.Load(path);
        var odd = model.Graph.Input[0].Clone();
        odd.Name = "token_type_ids";
        model.Graph.Input.Add(odd);
        OnnxModelFile.Save(model, path);
        Refusal.Of(() => ForwardPass.Load(folder).Dispose(), "'token_type_ids'", "model.decoder.inputs");
    }
}
