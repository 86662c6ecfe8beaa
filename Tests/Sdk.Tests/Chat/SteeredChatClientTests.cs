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
            Assert.ThrowsExactly<SteeringException>(() => new SteeredChatClient(TinyModel.Engine, new SteeredChatClientOptions { DefaultPolicy = "clam" })).Message,
            "'clam'",
            StringComparison.Ordinal);

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
