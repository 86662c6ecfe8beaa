using Microsoft.Extensions.AI;
using Steering.Chat;
using Steering.Decoding;

namespace Steering.Tests.Sdk.Chat;

[TestClass]
public sealed class ChatRequestMapperTests
{
    public static IEnumerable<object[]> Unsupported() =>
    [
        [new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] }, "Tools"],
        [new ChatOptions { ToolMode = ChatToolMode.RequireAny }, "ToolMode"],
        [new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, "ResponseFormat"],
        [new ChatOptions { FrequencyPenalty = 0.5f }, "FrequencyPenalty"],
        [new ChatOptions { PresencePenalty = 0.5f }, "PresencePenalty"],
        [new ChatOptions { ConversationId = "c" }, "ConversationId"],
        [new ChatOptions { AllowBackgroundResponses = true }, "AllowBackgroundResponses"],
        [new ChatOptions { ModelId = "other" }, "ModelId"],
        [new ChatOptions { AdditionalProperties = new() { ["temprature"] = 1 } }, "temprature"],
    ];

    [TestMethod]
    [DynamicData(nameof(Unsupported))]
    public void RefuseUnsupported_AnOptionThatWouldBeIgnored_NamesIt(ChatOptions options, string name)
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(() => ChatRequestMapper.RefuseUnsupported(options, "model"));
        StringAssert.Contains(refusal.Message, name, StringComparison.Ordinal);
        StringAssert.Contains(refusal.Message, "cannot be honoured", StringComparison.Ordinal);
    }

    [TestMethod]
    public void RefuseUnsupported_OptionsThatAreHonoured_Pass() =>
        ChatRequestMapper.RefuseUnsupported(
            new ChatOptions { Temperature = 1, TopK = 3, TopP = 0.5f, Seed = 4, MaxOutputTokens = 5, StopSequences = ["x"], ModelId = "model", ResponseFormat = ChatResponseFormat.Text }.WithSteering("calm"),
            "model");

    [TestMethod]
    public void Messages_PutsInstructionsFirst_AndKeepsTheOrder()
    {
        var messages = ChatRequestMapper.Messages([new ChatMessage(ChatRole.User, "a"), new ChatMessage(ChatRole.Assistant, "b")], new ChatOptions { Instructions = "be brief" });
        Assert.AreSequenceEqual([("system", "be brief"), ("user", "a"), ("assistant", "b")], messages);
    }

    [TestMethod]
    public void Messages_WithAPicture_AreRefused()
    {
        ChatMessage[] messages = [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])];
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => ChatRequestMapper.Messages(messages, null)).Message, "text only", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Messages_Empty_AreRefused() => Assert.ThrowsExactly<SteeringException>(() => ChatRequestMapper.Messages([], null));

    [TestMethod]
    public void Sampling_TakesTheRequestsValues_AndTheDefaultsElsewhere()
    {
        var defaults = new SamplingOptions { Temperature = 0.3f, TopK = 9, Seed = 1 };
        var options = new ChatOptions { Temperature = 0.8f, Seed = 77, AdditionalProperties = new() { ["repetition_penalty"] = 1.25 } };
        Assert.AreEqual(defaults with { Temperature = 0.8f, Seed = 77, RepetitionPenalty = 1.25f }, ChatRequestMapper.Sampling(options, defaults));
        Assert.AreSame(defaults, ChatRequestMapper.Sampling(null, defaults));
    }

    [TestMethod]
    public void Sampling_APenaltyThatIsNoNumber_IsRefused()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["repetition_penalty"] = "lots" } };
        StringAssert.Contains(Assert.ThrowsExactly<SteeringException>(() => ChatRequestMapper.Sampling(options, SamplingOptions.Greedy)).Message, "lots", StringComparison.Ordinal);
    }
}
