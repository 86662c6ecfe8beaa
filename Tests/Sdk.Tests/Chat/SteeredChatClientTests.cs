using Microsoft.Extensions.AI;
using Steering.Chat;
using Steering.Decoding;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat;

[TestClass]
public sealed class SteeredChatClientTests
{
    private static readonly SteeredChatClient Client = new(TinyModel.Engine, new SteeredChatClientOptions { MaxOutputTokens = 12 });

    [TestMethod]
    public async Task GetResponse_IsTheDecodedTemplate()
    {
        var prompt = TinyModel.Engine.Model.Tokenizer.Encode("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
        var expected = TinyModel.Decode(new DecodeRequest { PromptIds = prompt, MaxTokens = 12 });
        var response = await Client.GetResponseAsync("hi");
        Assert.AreEqual(expected.Length, response.Usage!.OutputTokenCount);
        Assert.AreEqual(prompt.Length, response.Usage.InputTokenCount);
        Assert.AreEqual(ChatFinishReason.Length, response.FinishReason);
    }

    [TestMethod]
    public async Task GetResponse_UnderAPolicy_IsSteered_AndTheSameEveryTime()
    {
        var options = new ChatOptions().WithSteering(TinyModel.Push(30));
        var first = await Ids(options);
        Assert.AreSequenceEqual(first, await Ids(options));
        CollectionAssert.AreNotEqual(await Ids(null), first);
        Assert.AreSequenceEqual(await Ids(null), await Ids(options.WithoutSteering()));
    }

    [TestMethod]
    public async Task DefaultPolicy_SteersRequestsThatChooseNone()
    {
        using var engine = new SteeringEngine(TinyModel.Engine.Model, TinyModel.Engine.Resources, new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { ["push"] = TinyModel.Push(30) }) { OwnsModel = false };
        var client = new SteeredChatClient(engine, new SteeredChatClientOptions { MaxOutputTokens = 12, DefaultPolicy = "push" });
        var ids = new List<int>();
        await foreach (var update in client.GetStreamingResponseAsync("hi"))
        {
            if (update.GetDecodedToken() is { } token)
            {
                ids.Add(token.Id);
                Assert.AreEqual(TinyModel.Site, token.Activations[0].Site);
                Assert.AreEqual(token.Activations[0].Rows.Count, token.Activations[0].Values.Length);
            }
        }

        Assert.AreSequenceEqual(await Ids(new ChatOptions().WithSteering(TinyModel.Push(30))), ids);
    }

    [TestMethod]
    public void DefaultPolicy_ThatIsUnknown_IsRefusedAtOnce() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<UnknownNameException>(() => new SteeredChatClient(TinyModel.Engine, new SteeredChatClientOptions { DefaultPolicy = "clam" })).Message,
            "'clam'",
            StringComparison.Ordinal);

    /// <summary>What an endpoint answers with 400 rather than 500: names that come with the request.</summary>
    [TestMethod]
    public async Task AnUnknownPolicyInARequest_HasATypeThatNamesItAndThoseThereAre()
    {
        using var engine = new SteeringEngine(TinyModel.Engine.Model, TinyModel.Engine.Resources, new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { ["push"] = TinyModel.Push(30), ["calm"] = TinyModel.Push(3) }) { OwnsModel = false };
        var client = new SteeredChatClient(engine);
        var refusal = await Assert.ThrowsExactlyAsync<UnknownNameException>(() => client.GetResponseAsync("hi", new ChatOptions().WithSteering("clam")));
        Assert.AreEqual(NamedKind.Policy, refusal.Kind);
        Assert.AreEqual("clam", refusal.Name);
        Assert.AreSequenceEqual(["calm", "push"], refusal.KnownNames);
        Assert.Contains("clam", refusal.Message, StringComparison.Ordinal);
    }

    public static IEnumerable<object[]> UnknownNames() =>
    [
        [SteeringPolicy.Create("p").Scale(Feature.Of("other", 1), 0), NamedKind.Sae, "other"],
        [SteeringPolicy.Create("p").Add(Steering.Policies.Direction.At("resid_post.7", TinyModel.Direction(1)), 1, StrengthUnit.Raw), NamedKind.Site, "resid_post.7"],
        [TinyModel.Push(1, gate: Gate.Callback("nobody")), NamedKind.Callback, "nobody"],
    ];

    [TestMethod]
    [DynamicData(nameof(UnknownNames))]
    public async Task AnUnknownNameInARequestsPolicy_HasThatTypeToo(SteeringPolicy policy, NamedKind kind, string name)
    {
        var refusal = await Assert.ThrowsExactlyAsync<UnknownNameException>(() => Client.GetResponseAsync("hi", new ChatOptions().WithSteering(policy)));
        Assert.AreEqual(kind, refusal.Kind);
        Assert.AreEqual(name, refusal.Name);
    }

    [TestMethod]
    public void AnUnknownFeature_HasThatTypeToo()
    {
        using var engine = SandboxModel.Bundle.LoadEngine();
        var refusal = Assert.ThrowsExactly<UnknownNameException>(() => engine.Compile(SteeringPolicy.Create("p").Scale(Feature.Of("late-topk", 9_999_999), 0)));
        Assert.AreEqual(NamedKind.Feature, refusal.Kind);
        Assert.AreEqual("late-topk#9999999", refusal.Name);
    }

    [TestMethod]
    public async Task MaxOutputTokens_IsHonoured_AndBeyondTheContextRefused()
    {
        var response = await Client.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 3 });
        Assert.AreEqual(3, response.Usage!.OutputTokenCount);
        var refusal = await Assert.ThrowsExactlyAsync<SteeringException>(() => Client.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 5000 }));
        StringAssert.Contains(refusal.Message, "1024", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task AConversationThatFillsTheContext_IsRefused()
    {
        var refusal = await Assert.ThrowsExactlyAsync<SteeringException>(() => Client.GetResponseAsync(new string('x', 2000)));
        StringAssert.Contains(refusal.Message, "fills the model's context", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task APolicyOfAWrongType_IsRefused()
    {
        var options = new ChatOptions { AdditionalProperties = new() { [SteeringChatOptionsExtensions.PolicyKey] = 7 } };
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<SteeringException>(() => Client.GetResponseAsync("hi", options))).Message, "Int32", StringComparison.Ordinal);
    }

    [TestMethod]
    public void GetService_GivesWhatIsBehind()
    {
        Assert.AreSame(TinyModel.Engine, Client.GetService(typeof(SteeringEngine)));
        Assert.AreSame(TinyModel.Engine.Model, Client.GetService(typeof(Steering.Models.SteerableModel)));
        Assert.IsInstanceOfType<ISteeredDecoder>(Client.GetService(typeof(ISteeredDecoder)));
        Assert.AreEqual(TinyModel.Engine.Model.Name, ((IChatClient)Client).GetService<ChatClientMetadata>()?.DefaultModelId);
        Assert.IsNull(Client.GetService(typeof(string)));
    }

    private static async Task<int[]> Ids(ChatOptions? options)
    {
        var ids = new List<int>();
        await foreach (var update in Client.GetStreamingResponseAsync("hi", options))
        {
            if (update.GetDecodedToken() is { } token)
            {
                ids.Add(token.Id);
            }
        }

        return [.. ids];
    }
}
