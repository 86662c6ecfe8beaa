using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Steering.DependencyInjection;

/// <summary>
/// Replaces an engine's named policies when the configuration is reloaded. A wrong reload is logged as an error and the
/// policies in force stay: a slip in a file must not take a running service down.
/// </summary>
internal sealed partial class SteeringReload(IConfiguration section) : IDisposable
{
    private IDisposable? _registration;

    public void Follow(SteeringEngine engine, IOptionsFactory<SteeringOptions> options, ILogger<SteeringEngine>? logger)
    {
        _registration = ChangeToken.OnChange(section.GetReloadToken, () =>
        {
            try
            {
                engine.ReplacePolicies(options.Create(Options.DefaultName).Policies.AsReadOnly());
            }
            catch (Exception exception) when (exception is SteeringException or OptionsValidationException)
            {
                LogRefused((ILogger?)logger ?? NullLogger.Instance, exception);
            }
        });
    }

    public void Dispose() => _registration?.Dispose();

    [LoggerMessage(Level = LogLevel.Error, Message = "The reloaded policies were refused; those in force stay.")]
    private static partial void LogRefused(ILogger logger, Exception exception);
}
