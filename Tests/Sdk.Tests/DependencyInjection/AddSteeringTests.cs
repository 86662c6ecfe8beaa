using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
    [DataRow("ModelPth", "x", "Steering:ModelPth is unknown", "ModelPath")]
    [DataRow("Callbacks:ask", "x", "Callbacks", "in code")]
    [DataRow("ModelPath:folder", "x", "Steering:ModelPath", "single value")]
    [DataRow("Batching", "yes", "Steering:Batching is 'yes'", "section")]
    [DataRow("Batching:Threads", "many", "Steering:Batching:Threads is 'many'", "whole number")]
    [DataRow("Batching:PrefillShare", "much", "Steering:Batching:PrefillShare is 'much'", "a number")]
    [DataRow("Device", "7", "Steering:Device is '7'", "Cpu or Cuda")]
    [DataRow("Saes:l0:path", "x", "Steering:Saes:l0", "single value")]
    [DataRow("Device", "gpu", "Cpu or Cuda")]
    [DataRow("Threads", "many", "whole number")]
    [DataRow("VerifyWeights", "yes", "true or false")]
    [DataRow("Policies:push:interventions:0:operater", "add", "operater")]
    [DataRow("Policies:push:interventions:0:target:site", "resid_post.9", "resid_post.9")]
    [DataRow("Policies:push:version", "2", "version")]
    [DataRow("Saes:l0", "/nowhere", "/nowhere")]
    [DataRow("Batching:Slots", "0", "Slots is 0")]
    [DataRow("Batching:Slots", "many", "whole number")]
    [DataRow("Batching:Slot", "2", "Batching:Slot is unknown", "Slots, QueueLength")]
    public async Task Host_WithAWrongSetting_RefusesToStart(string key, string value, params string[] parts)
    {
        var settings = Settings();
        settings[$"Steering:{key}"] = value;
        using var host = Build(settings);
        var refusal = await Assert.ThrowsAsync<SteeringException>(() => host.StartAsync());
        Array.ForEach(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Host_WithoutAModelPath_RefusesToStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSteering(_ => { });
        using var host = builder.Build();
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync())).Message, "ModelPath", StringComparison.Ordinal);
    }

    /// <summary>The configuration often lives as long as the process: a container that is gone must not hang on it with its model.</summary>
    [TestMethod]
    public void AContainerThatIsDisposedOf_IsForgottenByTheConfiguration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings()).Build();
        WeakReference[] engines = [.. Enumerable.Range(0, 3).Select(_ => LoadAndDispose(configuration))];
        for (var collection = 0; collection < 5 && Array.Exists(engines, engine => engine.IsAlive); collection++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.AreEqual(0, engines.Count(engine => engine.IsAlive));
        configuration.Reload();
    }

    [TestMethod]
    public void AReload_AfterTheEngineIsGone_ChangesNothingAndThrowsNothing()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings()).Build();
        using var services = new ServiceCollection().AddSteering(configuration.GetSection("Steering")).Services.BuildServiceProvider();
        services.GetRequiredService<SteeringEngine>().Dispose();
        configuration.Reload();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndDispose(IConfigurationRoot configuration)
    {
        using var services = new ServiceCollection().AddSteering(configuration.GetSection("Steering")).Services.BuildServiceProvider();
        return new WeakReference(services.GetRequiredService<SteeringEngine>());
    }

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSteering(builder.Configuration.GetSection("Steering"));
        builder.Services.AddSteeredChatClient();
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
