using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Steering.DependencyInjection;

/// <summary>Healthy when the model is loaded and a large known edit changes its logits at every site.</summary>
/// <param name="engine">The engine that serves requests.</param>
public sealed class SteeringHealthCheck(SteeringEngine engine) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Run(() => engine.RunCanary(cancellationToken), cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{engine.Model.Name} answers to steering at {engine.Model.Sites.Count} sites.");
        }
        catch (SteeringException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
