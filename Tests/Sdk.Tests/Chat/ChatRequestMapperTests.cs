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
        [new ChatOptions { RawRepresentationFactory = _ => null }, "RawRepresentationFactory"],
        [new ChatOptions { AllowMultipleToolCalls = true }, "AllowMultipleToolCalls"],
        [new ChatOptions { Reasoning = new() }, "Reasoning"],
        [new ChatOptions { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) }, "ContinuationToken"],
        [new ChatOptions { AdditionalProperties = new() { ["steering.polcy"] = "calm" } }, "steering.polcy"],
        [new ChatOptions { AdditionalProperties = new() { ["Steering.polcy"] = "calm" } }, "Steering.polcy"],
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

    /// <summary>Every member of the options is honoured or refused; a new one has to be decided on.</summary>
    [TestMethod]
    public void EveryOption_IsHonouredOrRefused()
    {
        string[] honoured = ["AdditionalProperties", "Instructions", "MaxOutputTokens", "ModelId", "Seed", "StopSequences", "Temperature", "TopK", "TopP"];
        var refused = Unsupported().Select(row => (string)row[1]).Where(name => !name.Contains('.', StringComparison.Ordinal));
        Assert.AreSequenceEqual(
            typeof(ChatOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
            honoured.Union(refused, StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>Values that ask for nothing that is not done anyway.</summary>
    [TestMethod]
    public void RefuseUnsupported_OptionsThatChangeNothing_Pass() =>
        ChatRequestMapper.RefuseUnsupported(
            new ChatOptions { Tools = [], ToolMode = ChatToolMode.Auto, AllowMultipleToolCalls = false, AllowBackgroundResponses = false, FrequencyPenalty = 0, PresencePenalty = 0 },
            "model");

    [TestMethod]
    public void RefuseUnsupported_KeysOfMiddleware_Pass() =>
        ChatRequestMapper.RefuseUnsupported(new ChatOptions { AdditionalProperties = new() { ["tenant"] = "a", ["temprature"] = 1, ["steering"] = 2 } }, "model");

    [TestMethod]
    public void WithSteering_LeavesTheOptionsItIsGivenAlone()
    {
        var shared = new ChatOptions { Temperature = 0.5f, AdditionalProperties = new() { ["tenant"] = "a" } };
        var steered = shared.WithSteering("calm");
        var unsteered = steered.WithoutSteering();
        Assert.HasCount(1, shared.AdditionalProperties);
        Assert.AreEqual("calm", steered.AdditionalProperties![SteeringChatOptionsExtensions.PolicyKey]);
        Assert.AreEqual("a", steered.AdditionalProperties["tenant"]);
        Assert.AreEqual(0.5f, steered.Temperature);
        Assert.AreNotEqual("calm", unsteered.AdditionalProperties![SteeringChatOptionsExtensions.PolicyKey]);
        Assert.IsNull(new ChatOptions().WithSteering(TinyModel.Push(1)).Temperature);
    }

    [TestMethod]
    public void WithSteering_OnSharedOptions_FromManyThreads_IsNoRace()
    {
        var shared = new ChatOptions { AdditionalProperties = new() { ["tenant"] = "a" } };
        Parallel.For(0, 1000, request =>
            Assert.AreEqual($"policy {request}", shared.WithSteering($"policy {request}").AdditionalProperties![SteeringChatOptionsExtensions.PolicyKey]));
    }

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
