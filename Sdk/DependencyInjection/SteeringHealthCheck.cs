using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Steering.Decoding;

namespace Steering.DependencyInjection;

/// <summary>
/// Healthy when the canary's latest run found that steering reaches the model at every site and the decoder lives. Decodes
/// nothing, unless the canary has never been run (<see cref="SteeringOptions.LoadAtStart"/> is false) or
/// <see cref="SteeringHealthCheckOptions.Full"/> asks for it.
/// </summary>
/// <param name="engine">The engine that serves requests.</param>
/// <param name="decoder">The decoder that serves requests, or null for none to be asked.</param>
/// <param name="options">What is checked, or null for the defaults.</param>
public sealed class SteeringHealthCheck(SteeringEngine engine, ISteeredDecoder? decoder = null, SteeringHealthCheckOptions? options = null) : IHealthCheck
{
    private readonly SteeringHealthCheckOptions _options = options ?? new SteeringHealthCheckOptions();

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var failure = context.Registration.FailureStatus;
        CanaryResult canary;
        try
        {
            if (_options.Full || engine.LastCanary is null)
            {
                await Task.Run(() => engine.RunCanary(cancellationToken), cancellationToken).ConfigureAwait(false);
            }

            canary = engine.LastCanary!;
        }
        catch (Exception exception) when (exception is SteeringException or ObjectDisposedException)
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
    /// <summary>
    /// Whether each check runs the canary anew, which decodes a prompt for every site: for a check that is asked for now and
    /// then, not for a probe. Default: false.
    /// </summary>
    public bool Full { get; init; }

    /// <summary>How long one step of the decoder may take before it counts as stuck. Default: 60 seconds.</summary>
    public TimeSpan LongestStep { get; init; } = TimeSpan.FromSeconds(60);
}
