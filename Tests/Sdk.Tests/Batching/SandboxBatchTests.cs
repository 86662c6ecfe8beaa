using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Policies;

namespace Steering.Tests.Sdk.Batching;

/// <summary>The bundled model, trained weights and autoencoders: its policies beside each other in one batch.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class SandboxBatchTests
{
    [TestMethod]
    public async Task ConversationsUnderTheBundledPolicies_GiveTheTokensOfGenAiDecoder()
    {
        using var engine = SandboxModel.Bundle.LoadEngine();
        string[] questions = ["What should I cook on Sunday?", "Hello!", "Tell me about the weather and then some more about it.", "You are an idiot."];
        CompiledPolicy[] policies = [CompiledPolicy.Empty, .. SandboxModel.Bundle.Policies.Values.Select(path => engine.Compile(SteeringPolicy.Load(path)))];
        DecodeRequest[] requests =
        [
            .. from policy in policies
               from question in questions
               select new DecodeRequest
               {
                   PromptIds = engine.Model.Tokenizer.Encode(engine.Model.Tokenizer.ApplyChatTemplate([("user", question)])),
                   MaxTokens = 24,
                   Policy = policy,
                   Callbacks = engine.Callbacks,
               },
        ];
        using var decoder = new BatchingDecoder(engine.Model);
        var expected = await new GenAiDecoder(engine.Model).CompleteAllAsync(requests, 2);
        Assert.AreSequenceEqual(expected, await decoder.CompleteAllAsync(requests, requests.Length));
    }
}
