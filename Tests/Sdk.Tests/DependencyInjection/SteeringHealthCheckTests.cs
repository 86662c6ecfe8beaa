using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.DependencyInjection;
using Steering.Models;

namespace Steering.Tests.Sdk.DependencyInjection;

/// <summary>A probe costs no decoding: the canary's latest result and the decoder's sign of life.</summary>
[TestClass]
public sealed class SteeringHealthCheckTests
{
    [TestMethod]
    public async Task AProbe_AfterTheCanary_DecodesNothing()
    {
        using var engine = Engine(TinyModel.Folder);
        engine.RunCanary();
        var canary = engine.LastCanary;
        using var batch = new BatchingDecoder(engine.Model, new BatchingDecoderOptions { Slots = 1 });
        for (var probe = 0; probe < 3; probe++)
        {
            var result = await Check(engine, batch);
            Assert.AreEqual(HealthStatus.Healthy, result.Status);
            Assert.AreEqual(canary!.At, result.Data["canary"]);
        }

        Assert.AreSame(canary, engine.LastCanary);
        Assert.AreEqual(0, batch.Loop.Steps);
    }

    [TestMethod]
    public async Task AProbe_BeforeAnyCanary_RunsItOnce()
    {
        using var engine = Engine(TinyModel.Folder);
        Assert.IsNull(engine.LastCanary);
        Assert.AreEqual(HealthStatus.Healthy, (await Check(engine)).Status);
        var canary = engine.LastCanary;
        await Check(engine);
        Assert.AreSame(canary, engine.LastCanary);
    }

    [TestMethod]
    public async Task TheFullCheck_RunsTheCanaryEachTime()
    {
        using var engine = Engine(TinyModel.Folder);
        engine.RunCanary();
        var canary = engine.LastCanary;
        Assert.AreEqual(HealthStatus.Healthy, (await Check(engine, options: new SteeringHealthCheckOptions { Full = true })).Status);
        Assert.AreNotSame(canary, engine.LastCanary);
    }

    [TestMethod]
    public async Task AModelThatDoesNotAnswer_IsUnhealthy_AtOnceAndLater()
    {
        using var engine = Engine(TinyModel.Plain);
        for (var probe = 0; probe < 2; probe++)
        {
            var result = await Check(engine);
            Assert.AreEqual(HealthStatus.Unhealthy, result.Status);
            Assert.Contains("steer socket", result.Description!, StringComparison.Ordinal);
        }
    }

    [TestMethod]
    public async Task AnEngineThatIsGone_IsUnhealthy()
    {
        var engine = Engine(TinyModel.Folder);
        engine.RunCanary();
        engine.Dispose();
        Assert.AreEqual(HealthStatus.Unhealthy, (await Check(engine)).Status);
    }

    [TestMethod]
    public async Task ADecoderThatHasStopped_IsUnhealthy()
    {
        using var engine = Engine(TinyModel.Folder);
        engine.RunCanary();
        var batch = new BatchingDecoder(engine.Model, new BatchingDecoderOptions { Slots = 1 });
        batch.Dispose();
        Assert.Contains("stopped", (await Check(engine, batch)).Description!, StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task ADecoderThatIsStuckInAStep_IsUnhealthy_AndOneThatIsIdleIsNot()
    {
        using var engine = Engine(TinyModel.Folder);
        engine.RunCanary();
        var stuck = await Check(engine, new Still(new DecoderPulse { IsRunning = true, Active = 3, InStep = TimeSpan.FromSeconds(61) }));
        Assert.AreEqual(HealthStatus.Unhealthy, stuck.Status);
        Assert.Contains("61 s", stuck.Description!, StringComparison.Ordinal);
        Assert.Contains("LongestStep", stuck.Description!, StringComparison.Ordinal);
        Assert.AreEqual(3, stuck.Data["active"]);

        var idle = await Check(engine, new Still(new DecoderPulse { IsRunning = true, SinceStep = TimeSpan.FromDays(2) }));
        Assert.AreEqual(HealthStatus.Healthy, idle.Status);
        Assert.AreEqual(172800.0, idle.Data["secondsSinceStep"]);
    }

    [TestMethod]
    public async Task AddSteering_RegistersBothChecks_ChosenByTag()
    {
        await using var services = new ServiceCollection().AddLogging().AddSteering(options => options.ModelPath = TinyModel.Folder).Services
            .AddHealthChecks().AddSteering().AddSteering("steering-full", new SteeringHealthCheckOptions { Full = true }, HealthStatus.Degraded, ["full"]).Services
            .BuildServiceProvider();
        var health = services.GetRequiredService<HealthCheckService>();
        Assert.AreSequenceEqual(["steering"], (await health.CheckHealthAsync(registration => !registration.Tags.Contains("full"))).Entries.Keys);
        var report = await health.CheckHealthAsync();
        Assert.AreEqual(HealthStatus.Healthy, report.Status);
        Assert.HasCount(2, report.Entries);
    }

    [TestMethod]
    public void LoopPulse_CountsFromTheLatestStep()
    {
        var time = new HandTime();
        var pulse = new LoopPulse(time);
        Assert.AreEqual(new DecoderPulse { IsRunning = true, Active = 1, Waiting = 2 }, pulse.Read(isRunning: true, 1, 2));
        pulse.Begin();
        time.Seconds += 3;
        Assert.AreEqual(TimeSpan.FromSeconds(3), pulse.Read(isRunning: true, 1, 2).InStep);
        pulse.End(worked: true);
        time.Seconds += 4;
        pulse.Begin();
        pulse.End(worked: false);
        Assert.AreEqual(new DecoderPulse { SinceStep = TimeSpan.FromSeconds(4) }, pulse.Read(isRunning: false, 0, 0));
    }

    private static SteeringEngine Engine(string folder) => new(SteerableModel.Load(folder), new SteeringResources());

    private static Task<HealthCheckResult> Check(SteeringEngine engine, ISteeredDecoder? decoder = null, SteeringHealthCheckOptions? options = null)
    {
        var check = new SteeringHealthCheck(engine, decoder, options);
        return check.CheckHealthAsync(new HealthCheckContext { Registration = new HealthCheckRegistration("steering", check, HealthStatus.Unhealthy, tags: null) });
    }

    private sealed class Still(DecoderPulse pulse) : ISteeredDecoder
    {
        public DecoderPulse Pulse => pulse;

        public IAsyncEnumerable<DecodedToken> DecodeAsync(DecodeRequest request, CancellationToken cancellationToken = default) => throw new AssertFailedException("A probe decoded something.");
    }

    private sealed class HandTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
