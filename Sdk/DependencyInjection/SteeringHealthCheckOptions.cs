namespace Steering.DependencyInjection;

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
