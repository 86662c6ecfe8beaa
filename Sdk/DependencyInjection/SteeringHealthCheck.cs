using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Steering.Decoding;

namespace Steering.DependencyInjection;

/// <summary>
/// Healthy when the canary's latest run found that steering reaches the model at every site and the decoder lives. Decodes
/// nothing, unless the canary has never been run (<see cref="SteeringOptions.LoadAtStart"/> is false) or
/// <see cref="SteeringHealthCheckOptions.Full"/> asks for it.
/// </summary>
public sealed class SteeringHealthCheck : IHealthCheck
{
    private readonly Func<(SteeringEngine Engine, ISteeredDecoder? Decoder)> _serving;
    private readonly SteeringHealthCheckOptions _options;

    /// <summary>Creates a check.</summary>
    /// <param name="engine">The engine that serves requests.</param>
    /// <param name="decoder">The decoder that serves requests, or null for none to be asked.</param>
    /// <param name="options">What is checked, or null for the defaults.</param>
    public SteeringHealthCheck(SteeringEngine engine, ISteeredDecoder? decoder = null, SteeringHealthCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        (_serving, _options) = (() => (engine, decoder), options ?? new SteeringHealthCheckOptions());
    }

    /// <summary>Creates a check of what a container holds. An engine that was not loaded so far is loaded by the check, so that one that cannot be is reported.</summary>
    internal SteeringHealthCheck(IServiceProvider services, SteeringHealthCheckOptions? options)
    {
        _options = options ?? new SteeringHealthCheckOptions();
        var name = _options.Engine ?? Options.DefaultName;

        _serving = () =>
        {
            // The decoder first: the canary then sings on the graph that it opened.
            var decoder = services.Find<ISteeredDecoder>(name);
            return (services.Get<SteeringEngine>(name), decoder);
        };
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var failure = context.Registration.FailureStatus;
        SteeringEngine engine;
        ISteeredDecoder? decoder;
        CanaryResult canary;
        try
        {
            (engine, decoder, canary) = await Task.Run(() => Look(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new HealthCheckResult(failure, exception.Message, exception);
        }

        var pulse = decoder?.Pulse ?? new DecoderPulse { IsRunning = true };
        var data = Data(canary, pulse);
        return canary.Failure is { } reason ? new HealthCheckResult(failure, reason, data: data)
            : !pulse.IsRunning ? new HealthCheckResult(failure, "The decoder has stopped and takes no more requests. Its log says why; restart the application.", data: data)
            : pulse.InStep > _options.LongestStep ? new HealthCheckResult(failure, string.Create(CultureInfo.InvariantCulture, $"The decoder has been in one step for {pulse.InStep.Value.TotalSeconds:F0} s, with {pulse.Active} turns under way; at most {_options.LongestStep.TotalSeconds:F0} s were expected (SteeringHealthCheckOptions.LongestStep). Look for a gate callback that blocks; otherwise restart the application."), data: data)
            : HealthCheckResult.Healthy($"{engine.Model.Name} answers to steering at {engine.Model.Sites.Count} sites.", data);
    }

    private (SteeringEngine Engine, ISteeredDecoder? Decoder, CanaryResult Canary) Look(CancellationToken cancellationToken)
    {
        var (engine, decoder) = _serving();
        if (_options.Full || engine.LastCanary is null)
        {
            engine.RunCanary(cancellationToken);
        }

        return (engine, decoder, engine.LastCanary!);
    }

    private static Dictionary<string, object> Data(CanaryResult canary, DecoderPulse pulse)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["canary"] = canary.At,
            ["active"] = pulse.Active,
            ["waiting"] = pulse.Waiting,
        };
        if (pulse.SinceStep is { } since)
        {
            data["secondsSinceStep"] = since.TotalSeconds;
        }

        return data;
    }
}

/// <summary>What a <see cref="SteeringHealthCheck"/> looks at.</summary>
public sealed record SteeringHealthCheckOptions
{
    /// <summary>Name of the engine that is checked, as given to <c>AddSteering</c>. Default: null, the one without a name.</summary>
    public string? Engine { get; init; }

    /// <summary>
    /// Whether each check runs the canary anew, which decodes a prompt for every site: for a check that is asked for now and
    /// then, not for a probe. Default: false.
    /// </summary>
    public bool Full { get; init; }

    /// <summary>How long one step of the decoder may take before it counts as stuck. Default: 60 seconds.</summary>
    public TimeSpan LongestStep { get; init; } = TimeSpan.FromSeconds(60);
}
