using Steering.Policies;

namespace Steering.Compilation;

/// <summary>What compiling an attenuation tells of it.</summary>
public static class AttenuationSettingsExtensions
{
    /// <summary>The same settings with the difference between graph and offline function measured for every posterior.</summary>
    /// <param name="settings">The settings.</param>
    /// <exception cref="SteeringException">A posterior never reaches the floor, or cannot be carried within 1e-3 of the activation.</exception>
    public static AttenuationSettings Measured(this AttenuationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings with
        {
            Posteriors = [.. settings.Posteriors.Select((posterior, index) => posterior with { Error = (float)Located.At(FormattableString.Invariant($"posteriors[{index}]"), () => AttenuationResponse.Of(settings, posterior).Error) })],
        };
    }
}
