using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Steering.Batching;
using Steering.Decoding;
using Steering.DependencyInjection;
using Steering.Models;

namespace Steering.Tests.Sdk.DependencyInjection;

/// <summary>Several models in one container: each has its own engine, model, decoder, chat client, options and health.</summary>
[TestClass]
public sealed class NamedSteeringTests
{
    [TestMethod]
    public async Task TwoNames_AreTwoEngines_BothLoadedAtTheStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSteering("weak", options => (options.ModelPath, options.Policies["push"]) = (TinyModel.Folder, TinyModel.Push(1)))
            .AddChatClient();
        builder.Services.AddSteering("strong", options => (options.ModelPath, options.Policies["shove"], options.Batching) = (TinyModel.Folder, TinyModel.Push(60), new BatchingDecoderOptions { Slots = 1 }));
        builder.Services.AddSteeredChatClient("strong", options => (options.MaxOutputTokens, options.DefaultPolicy) = (3, "shove"));
        using var host = builder.Build();
        await host.StartAsync();

        var (weak, strong) = (Get<SteeringEngine>(host, "weak"), Get<SteeringEngine>(host, "strong"));
        Assert.AreNotSame(weak, strong);
        Assert.AreSequenceEqual(["push"], weak.PolicyNames);
        Assert.AreSequenceEqual(["shove"], strong.PolicyNames);
        Assert.IsNull(weak.LastCanary!.Failure);
        Assert.IsNull(strong.LastCanary!.Failure);
        Assert.AreSame(weak.Model, Get<SteerableModel>(host, "weak"));
        Assert.IsInstanceOfType<GenAiDecoder>(Get<ISteeredDecoder>(host, "weak"));
        Assert.IsInstanceOfType<BatchingDecoder>(Get<ISteeredDecoder>(host, "strong"));
        Assert.AreSame(strong, Get<IChatClient>(host, "strong").GetService<SteeringEngine>());
        Assert.AreSame(weak, Get<IChatClient>(host, "weak").GetService<SteeringEngine>());
        Assert.AreEqual(3, (await Get<IChatClient>(host, "strong").GetResponseAsync("hi")).Usage!.OutputTokenCount);
        Assert.IsNull(host.Services.GetService<SteeringEngine>());
        Assert.IsNull(host.Services.GetService<IChatClient>());
        await host.StopAsync();
    }

    [TestMethod]
    public async Task AReload_ReachesTheEngineItBelongsTo()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["A:ModelPath"] = TinyModel.Folder,
            ["B:ModelPath"] = TinyModel.Folder,
            ["B:LoadAtStart"] = "false",
        });
        builder.Services.AddSteering("a", builder.Configuration.GetSection("A"));
        builder.Services.AddSteering("b", builder.Configuration.GetSection("B")).AddPolicy("fixed", TinyModel.Push(1));
        using var host = builder.Build();
        await host.StartAsync();
        var (a, b) = (Get<SteeringEngine>(host, "a"), Get<SteeringEngine>(host, "b"));
        Assert.IsNotNull(a.LastCanary);
        Assert.IsNull(b.LastCanary);

        using var folder = new TemporaryFolder();
        TinyModel.Push(2).Save(folder["push.json"]);
        builder.Configuration["B:Policies:push"] = folder["push.json"];
        ((IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>()).Reload();
        Assert.AreSequenceEqual(["fixed", "push"], b.PolicyNames.Order(StringComparer.Ordinal));
        Assert.IsEmpty(a.PolicyNames);
        await host.StopAsync();
    }

    [TestMethod]
    public void ANameThatIsNotRegistered_IsRefusedWithThoseThereAre()
    {
        var services = new ServiceCollection();
        services.AddSteering("big", options => options.ModelPath = TinyModel.Folder);
        services.AddSteeredChatClient("bog");
        services.AddSteeredChatClient();
        using var provider = services.BuildServiceProvider();
        Refusal.Of(() => provider.GetRequiredKeyedService<IChatClient>("bog"), "no steering engine 'bog'", "'big'", "AddSteering(\"bog\"");
        Refusal.Of(() => provider.GetRequiredService<IChatClient>(), "without a name", "'big'");
    }

    [TestMethod]
    public void ANameOfBlanks_IsRefused()
    {
        var services = new ServiceCollection();
        Assert.ThrowsExactly<ArgumentException>(() => services.AddSteering(" ", _ => { }));
        Assert.ThrowsExactly<ArgumentException>(() => services.AddSteeredChatClient(""));
    }

    [TestMethod]
    public async Task ANamedEngine_WithoutAModelPath_RefusesToStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSteering("empty", _ => { });
        using var host = builder.Build();
        Assert.Contains("ModelPath", (await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void TheBuilder_ReturnsItself_AndAddsToItsEngineOnly()
    {
        var services = new ServiceCollection();
        using var folder = new TemporaryFolder();
        TinyModel.Push(2).Save(folder["push.json"]);
        services.AddSteering("other", options => options.ModelPath = "/models/other");
        var builder = services.AddSteering("one", options => options.ModelPath = "/models/one");
        var asked = false;
        Assert.AreSame(builder, builder.AddSae("l0", "/saes/l0").AddPolicy("made", TinyModel.Push(1)).AddPolicy("read", folder["push.json"])
            .AddChatClient(options => options.MaxOutputTokens = 7, pipeline => asked = pipeline is not null));
        Assert.AreEqual((services, "one", true), (builder.Services, builder.Name, asked));

        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<SteeringOptions>>();
        Assert.AreEqual("/saes/l0", options.Get("one").Saes["l0"]);
        Assert.AreSequenceEqual(["made", "read"], options.Get("one").Policies.Keys);
        Assert.IsEmpty(options.Get("other").Policies);
        Assert.IsEmpty(options.Get("other").Saes);
        Assert.AreEqual(7, provider.GetRequiredService<IOptionsMonitor<Steering.Chat.SteeredChatClientOptions>>().Get("one").MaxOutputTokens);
    }

    [TestMethod]
    public async Task AHealthCheck_NamesItsEngine()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSteering("good", options => options.ModelPath = TinyModel.Folder);
        services.AddSteering("deaf", options => options.ModelPath = TinyModel.Plain);
        services.AddHealthChecks().AddSteering("good", Of("good")).AddSteering("deaf", Of("deaf")).AddSteering("none", Of("nobody"));
        await using var provider = services.BuildServiceProvider();
        var entries = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries;
        Assert.AreEqual(HealthStatus.Healthy, entries["good"].Status);
        Assert.AreEqual(HealthStatus.Unhealthy, entries["deaf"].Status);
        Assert.Contains("'deaf', 'good'", string.Join(", ", entries["none"].Description!.Split('\'').Where((_, index) => index is 3 or 5).Order(StringComparer.Ordinal).Select(name => $"'{name}'")), StringComparison.Ordinal);

        static SteeringHealthCheckOptions Of(string engine) => new() { Engine = engine };
    }

    private static T Get<T>(IHost host, string name)
        where T : class => host.Services.GetRequiredKeyedService<T>(name);
}
