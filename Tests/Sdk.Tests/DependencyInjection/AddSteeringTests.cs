using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Steering.Batching;
using Steering.Chat;
using Steering.Decoding;

namespace Steering.Tests.Sdk.DependencyInjection;

[TestClass]
public sealed class AddSteeringTests
{
    [TestMethod]
    public async Task Host_FromConfiguration_StartsAndServesThePolicies()
    {
        using var host = Build(Settings());
        await host.StartAsync();
        var engine = host.Services.GetRequiredService<SteeringEngine>();
        Assert.AreSequenceEqual(["push"], engine.PolicyNames);
        var response = await host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 2 }.WithSteering("push"));
        Assert.AreEqual(2, response.Usage!.OutputTokenCount);
        await host.StopAsync();
    }

    [TestMethod]
    public async Task Batching_ChoosesTheBatchingDecoder()
    {
        var settings = Settings();
        settings["Steering:Batching:Slots"] = "2";
        settings["Steering:Batching:PrefillShare"] = "1.5";
        using (var host = Build(settings))
        {
            await host.StartAsync();
            var decoder = (BatchingDecoder)host.Services.GetRequiredService<ISteeredDecoder>();
            Assert.AreSame(decoder, host.Services.GetRequiredService<IChatClient>().GetService<BatchingDecoder>());
            var options = new ChatOptions { MaxOutputTokens = 3 }.WithSteering("push");
            var responses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hi", options)));
            Assert.HasCount(1, responses.Select(response => response.Text).Distinct(StringComparer.Ordinal));
            await host.StopAsync();
        }

        using var plain = Build(Settings());
        Assert.IsInstanceOfType<GenAiDecoder>(plain.Services.GetRequiredService<ISteeredDecoder>());
    }

    [TestMethod]
    public async Task Reload_ReplacesThePolicies_AndAWrongOneLeavesThemInForce()
    {
        using var host = Build(Settings());
        var engine = host.Services.GetRequiredService<SteeringEngine>();
        var before = engine.Compile("push");
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();

        configuration["Steering:Policies:push:interventions:0:value"] = "NaN";
        configuration.Reload();
        Assert.AreSame(before, engine.Compile("push"));

        configuration["Steering:Policies:push:interventions:0:value"] = "7.5";
        configuration.Reload();
        Assert.AreNotSame(before, engine.Compile("push"));
        await host.StopAsync();
    }

    [TestMethod]
    [DataRow("ModelPth", "x", "ModelPth is unknown")]
    [DataRow("Device", "gpu", "Cpu or Cuda")]
    [DataRow("Threads", "many", "whole number")]
    [DataRow("VerifyWeights", "yes", "true or false")]
    [DataRow("Policies:push:interventions:0:operater", "add", "operater")]
    [DataRow("Policies:push:interventions:0:target:site", "resid_post.9", "resid_post.9")]
    [DataRow("Policies:push:version", "2", "version")]
    [DataRow("Saes:l0", "/nowhere", "/nowhere")]
    [DataRow("Batching:Slots", "0", "Slots is 0")]
    [DataRow("Batching:Slots", "many", "whole number")]
    [DataRow("Batching:Slot", "2", "Batching:Slot is unknown")]
    public async Task Host_WithAWrongSetting_RefusesToStart(string key, string value, string message)
    {
        var settings = Settings();
        settings[$"Steering:{key}"] = value;
        using var host = Build(settings);
        var refusal = await Assert.ThrowsAsync<SteeringException>(() => host.StartAsync());
        StringAssert.Contains(refusal.Message, message, StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Host_WithoutAModelPath_RefusesToStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSteering(_ => { });
        using var host = builder.Build();
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync())).Message, "ModelPath", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task HealthCheck_IsHealthyWithSockets_AndNotWithout()
    {
        using var host = Build(Settings());
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.AreEqual(HealthStatus.Healthy, report.Status);

        using var plain = Build(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Steering:ModelPath"] = TinyModel.Plain });
        Assert.AreEqual(HealthStatus.Unhealthy, (await plain.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
    }

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSteering(builder.Configuration.GetSection("Steering"));
        builder.Services.AddSteeredChatClient();
        builder.Services.AddHealthChecks().AddSteering();
        return builder.Build();
    }

    private static Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Steering:ModelPath"] = TinyModel.Folder,
            ["Steering:Policies:push:version"] = "1",
            ["Steering:Policies:push:name"] = "push",
            ["Steering:Policies:push:interventions:0:target:site"] = TinyModel.Site,
            ["Steering:Policies:push:interventions:0:operator"] = "add",
            ["Steering:Policies:push:interventions:0:value"] = "30",
        };
        for (var index = 0; index < TinyModel.HiddenSize; index++)
        {
            settings[$"Steering:Policies:push:interventions:0:target:direction:{index}"] = index % 2 == 0 ? "1" : "-0.5";
        }

        return settings;
    }
}
