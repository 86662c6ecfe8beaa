using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Steering.Batching;
using Steering.Decoding;
using Steering.Tests.Sdk.Batching;

namespace Steering.Tests.Sdk.DependencyInjection;

/// <summary>What the host gives: its content root, its clock, its log, and options that are watched.</summary>
[TestClass]
public sealed class HostingTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task RelativePaths_StartFromTheContentRoot()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["models", "tiny"]);
        foreach (var file in Directory.GetFiles(TinyModel.Folder))
        {
            File.Copy(file, root["models", "tiny", Path.GetFileName(file)]);
        }

        Directory.CreateDirectory(root["policies"]);
        TinyModel.Push(30).Save(root["policies", "push.json"]);
        using var host = Build(root.Path, new() { ["Steering:ModelPath"] = "models/tiny", ["Steering:Policies:push"] = "policies/push.json" }, builder => builder.AddPolicy("pushed", "policies/push.json"));
        await host.StartAsync();
        var engine = host.Services.GetRequiredService<SteeringEngine>();
        Assert.AreEqual(root["models", "tiny"], Path.TrimEndingDirectorySeparator(engine.Model.Folder));
        Assert.AreSequenceEqual(["push", "pushed"], engine.PolicyNames.Order(StringComparer.Ordinal));
        await host.StopAsync();
    }

    [TestMethod]
    [DataRow("Saes:l0", "saes/l0")]
    [DataRow("Policies:calm", "policies/calm.json")]
    [DataRow("Policies:inline:saes:s:path", "saes/s")]
    public async Task ARelativePathThatLeadsNowhere_IsNamedBelowTheContentRoot(string key, string value)
    {
        using var root = new TemporaryFolder();
        var settings = new Dictionary<string, string?> { ["Steering:ModelPath"] = TinyModel.Folder, [$"Steering:{key}"] = value };
        if (key.Contains("inline", StringComparison.Ordinal))
        {
            settings["Steering:Policies:inline:version"] = "1";
            settings["Steering:Policies:inline:name"] = "inline";
            settings["Steering:Policies:inline:interventions:0:target:feature"] = "1";
            settings["Steering:Policies:inline:interventions:0:operator"] = "ablate";
        }

        using var host = Build(root.Path, settings);
        var refusal = await Assert.ThrowsAsync<SteeringException>(() => host.StartAsync());
        Assert.Contains(root.Path, refusal.Message, StringComparison.Ordinal);
    }

    [TestMethod]
    public void WithoutAHost_RelativePathsStartFromTheCurrentDirectory()
    {
        using var services = new ServiceCollection().AddSteering(options => options.ModelPath = "models/mine").AddSae("a", "saes/a").Services.BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<SteeringOptions>>().Value;
        Assert.AreEqual(Path.GetFullPath("models/mine"), options.ModelPath);
        Assert.AreEqual(Path.GetFullPath("saes/a"), options.Saes["a"]);
    }

    [TestMethod]
    public async Task TheOptionsMonitor_FollowsARightReload_AndIsNotToldOfAWrongOne()
    {
        using var log = new LogList();
        using var host = Build(AppContext.BaseDirectory, new() { ["Steering:ModelPath"] = TinyModel.Folder, ["Steering:Threads"] = "1" }, log: log);
        await host.StartAsync();
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<SteeringOptions>>();
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        var told = new List<int>();
        using var listening = monitor.OnChange(options => told.Add(options.Threads));

        // Each of the configuration's sources says that it was reloaded.
        configuration["Steering:Threads"] = "many";
        configuration.Reload();
        Assert.AreEqual(1, monitor.CurrentValue.Threads);
        Assert.IsEmpty(told);
        Assert.ContainsSingle(line => line.Level == LogLevel.Error && line.Text.Contains("whole number", StringComparison.Ordinal), log.Lines.Distinct());

        configuration["Steering:Threads"] = "2";
        configuration.Reload();
        Assert.AreEqual(2, monitor.CurrentValue.Threads);
        Assert.AreSequenceEqual([2], told.Distinct());
        await host.StopAsync();
    }

    [TestMethod]
    public async Task APolicyThatDoesNotFitTheModel_IsLoggedAtAReload_AndThoseInForceStay()
    {
        using var log = new LogList();
        using var folder = new TemporaryFolder();
        TinyModel.Push(2).Save(folder["push.json"]);
        using var host = Build(AppContext.BaseDirectory, new() { ["Steering:ModelPath"] = TinyModel.Folder, ["Steering:Policies:push"] = folder["push.json"] }, log: log);
        await host.StartAsync();
        var engine = host.Services.GetRequiredService<SteeringEngine>();
        var before = engine.Compile("push");
        File.WriteAllText(folder["push.json"], File.ReadAllText(folder["push.json"]).Replace(TinyModel.Site, "resid_post.9", StringComparison.Ordinal));
        ((IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>()).Reload();
        Assert.AreSame(before, engine.Compile("push"));
        Assert.ContainsSingle(line => line.Level == LogLevel.Error && line.Text.Contains("resid_post.9", StringComparison.Ordinal), log.Lines.Distinct());
        await host.StopAsync();
    }

    [TestMethod]
    public async Task TheHostsClock_StampsTheCanary()
    {
        var noon = new DateTimeOffset(2031, 5, 4, 12, 0, 0, TimeSpan.Zero);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<TimeProvider>(new Stopped(noon)).AddSteering(options => options.ModelPath = TinyModel.Folder);
        builder.Services.AddHealthChecks().AddSteering();
        using var host = builder.Build();
        await host.StartAsync();
        Assert.AreEqual(noon, host.Services.GetRequiredService<SteeringEngine>().LastCanary!.At);
        Assert.AreEqual(noon, (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["steering"].Data["canary"]);
        await host.StopAsync();
    }

    [TestMethod]
    public async Task TheEnginesClock_TellsAChatTemplateTheDay()
    {
        var folder = TinyModel.CopyOfFolder();
        var file = Path.Combine(folder, "tokenizer_config.json");
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!;
        config["chat_template"] = "{{ strftime_now('%Y') }}";
        File.WriteAllText(file, config.ToJsonString());
        File.Delete(Path.Combine(folder, "chat_template.jinja"));
        using var engine = SteeringEngine.Load(new SteeringOptions { ModelPath = folder }, new Stopped(new DateTimeOffset(2031, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        using var client = new Steering.Chat.SteeredChatClient(engine);
        var year = engine.Model.Tokenizer.Encode("2031");
        var response = await client.GetResponseAsync("hi", new ChatOptions { MaxOutputTokens = 1 });
        Assert.AreEqual(year.Length, response.Usage!.InputTokenCount);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task ABatchThatFails_IsLoggedOnce_InTheHostsLog()
    {
        var time = new ManualTime();
        using var log = new LogList();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time)
            .AddSteering(options => (options.ModelPath, options.Batching) = (TinyModel.Folder, new BatchingDecoderOptions { Slots = 1, ReadAhead = 2 }));
        using var services = builder.Services.BuildServiceProvider();
        var decoder = (BatchingDecoder)services.GetRequiredService<ISteeredDecoder>();
        await using (var running = decoder.DecodeAsync(Conversations.Greedy(200), TestContext.CancellationToken).GetAsyncEnumerator(TestContext.CancellationToken))
        {
            Assert.IsTrue(await running.MoveNextAsync());
            await time.NextTimer.WaitAsync(TestContext.CancellationToken);
            time.Failure = new InvalidTimeZoneException("the clock stopped");
            decoder.Loop.Wake();
            await Assert.ThrowsExactlyAsync<SteeringException>(async () =>
            {
                while (await running.MoveNextAsync())
                {
                }
            });
        }

        decoder.Dispose();
        var line = Assert.ContainsSingle(line => line.Level >= LogLevel.Error, log.Lines);
        Assert.AreEqual(typeof(BatchingDecoder).FullName, line.Category);
        Assert.Contains("the clock stopped", line.Text, StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task AnEngineThatCannotBeLoaded_IsUnhealthy_AndTheReportStillComes()
    {
        using var host = Build(AppContext.BaseDirectory, new() { ["Steering:ModelPath"] = "/nowhere/model", ["Steering:LoadAtStart"] = "false" });
        await host.StartAsync();
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.AreEqual(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("/nowhere/model", report.Entries["steering"].Description!, StringComparison.Ordinal);
        Assert.AreEqual(HealthStatus.Healthy, report.Entries["other"].Status);
        await host.StopAsync();
    }

    private static IHost Build(string contentRoot, Dictionary<string, string?> settings, Action<ISteeringBuilder>? more = null, LogList? log = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = contentRoot });
        builder.Configuration.AddInMemoryCollection(settings);
        if (log is not null)
        {
            builder.Logging.ClearProviders().AddProvider(log);
        }

        var steering = builder.Services.AddSteering(builder.Configuration.GetSection("Steering"));
        more?.Invoke(steering);
        builder.Services.AddHealthChecks().AddSteering().AddCheck("other", () => HealthCheckResult.Healthy());
        return builder.Build();
    }

    private sealed class Stopped(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
