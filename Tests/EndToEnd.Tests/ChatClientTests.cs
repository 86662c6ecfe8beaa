using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Steering.Chat;
using Steering.Policies;

namespace Steering.Tests.EndToEnd;

/// <summary>The chat client and its registration on a real instruct model with a real SAE.</summary>
[TestClass]
[TestCategory("Model")]
public sealed class ChatClientTests
{
    private const string Model = "smollm2-135m-instruct";
    private const int Feature = 4514;

    private static ServiceProvider? _services;

    private static IChatClient Client => _services!.GetRequiredService<IChatClient>();

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        var sae = OracleFolder.Require("saes", "smollm2-l15-topk");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Steering:ModelPath"] = ImportedModels.Socketed(Model),
            ["Steering:Saes:l15"] = sae,
            ["Steering:Policies:loud:version"] = "1",
            ["Steering:Policies:loud:name"] = "loud",
            ["Steering:Policies:loud:interventions:0:target:feature"] = $"{Feature}",
            ["Steering:Policies:loud:interventions:0:operator"] = "add",
            ["Steering:Policies:loud:interventions:0:value"] = "120",
            ["Steering:Policies:loud:interventions:0:unit"] = "raw",
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSteering(configuration.GetSection("Steering"));
        services.AddSteeredChatClient(options => options.MaxOutputTokens = 16);
        _services = services.BuildServiceProvider();
    }

    [ClassCleanup]
    public static void Unload() => _services?.Dispose();

    [TestMethod]
    public async Task GetResponse_Unsteered_AnswersAndCountsTokens()
    {
        var response = await Client.GetResponseAsync("What is the capital of France?");
        StringAssert.Contains(response.Text, "Paris", StringComparison.Ordinal);
        Assert.IsNotNull(response.Usage);
        Assert.IsGreaterThan(0, response.Usage.OutputTokenCount!.Value);
        Assert.IsLessThanOrEqualTo(16, response.Usage.OutputTokenCount.Value);
    }

    [TestMethod]
    public async Task GetResponse_UnderANamedPolicy_IsAnotherText_AndTheSameEveryTime()
    {
        var unsteered = await Client.GetResponseAsync("Tell me about the sea.");
        var first = await Client.GetResponseAsync("Tell me about the sea.", new ChatOptions().WithSteering("loud"));
        var second = await Client.GetResponseAsync("Tell me about the sea.", new ChatOptions().WithSteering("loud"));
        Assert.AreNotEqual(unsteered.Text, first.Text);
        Assert.AreEqual(first.Text, second.Text);
    }

    [TestMethod]
    public async Task Streaming_CarriesTheWatchedFeatures()
    {
        var policy = SteeringPolicy.Create("watch").Scale(Policies.Feature.Of(Feature), 1);
        var tokens = 0;
        await foreach (var update in Client.GetStreamingResponseAsync("Hello", new ChatOptions { MaxOutputTokens = 5 }.WithSteering(policy)))
        {
            if (update.GetDecodedToken() is { } token)
            {
                tokens++;
                Assert.HasCount(1, token.Activations);
                Assert.AreEqual("resid_post.15", token.Activations[0].Site);
                Assert.AreEqual(Feature, token.Activations[0].Rows[0].Feature);
            }
        }

        Assert.AreEqual(5, tokens);
    }

    [TestMethod]
    public async Task StopSequence_EndsTheReplyBeforeIt()
    {
        var full = await Client.GetResponseAsync("What is the capital of France?");
        var stopped = await Client.GetResponseAsync("What is the capital of France?", new ChatOptions { StopSequences = ["Paris"] });
        Assert.AreEqual(full.Text[..full.Text.IndexOf("Paris", StringComparison.Ordinal)], stopped.Text);
        Assert.AreEqual(ChatFinishReason.Stop, stopped.FinishReason);
    }

    [TestMethod]
    public async Task Requests_AtTheSameTime_DoNotDisturbEachOther()
    {
        string?[] policies = [null, "loud", null, "loud"];
        var alone = new List<string>();
        foreach (var policy in policies)
        {
            alone.Add(await Ask(policy));
        }

        var together = await Task.WhenAll(policies.Select(policy => Task.Run(() => Ask(policy))));
        Assert.AreSequenceEqual(alone, together);
    }

    private static async Task<string> Ask(string? policy)
    {
        var options = policy is null ? new ChatOptions() : new ChatOptions().WithSteering(policy);
        return (await Client.GetResponseAsync("Name three animals.", options)).Text;
    }
}
