using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Steering.DependencyInjection;

/// <summary>
/// Replaces an engine's named policies when the configuration is reloaded. A wrong reload is logged as an error and the
/// policies in force stay: a slip in a file must not take a running service down. The configuration often lives longer than
/// the container, so the container makes this and disposes of it.
/// </summary>
internal sealed partial class SteeringReload(IConfiguration section, IOptionsFactory<SteeringOptions> options, ILogger<SteeringEngine>? logger) : IDisposable
{
    private IDisposable? _registration;

    public void Follow(SteeringEngine engine) => _registration = ChangeToken.OnChange(section.GetReloadToken, () => Replace(engine));

    public void Dispose() => _registration?.Dispose();

    private void Replace(SteeringEngine engine)
    {
        try
        {
            engine.ReplacePolicies(options.Create(Options.DefaultName).Policies.AsReadOnly());
        }
        catch (ObjectDisposedException)
        {
            // The application stops at this moment: there is nothing left to replace them in.
        }
#pragma warning disable CA1031 // Thrown on, whatever it is would end the process: configuration is reloaded on a timer's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogRefused((ILogger?)logger ?? NullLogger.Instance, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The reloaded policies were refused; those in force stay.")]
    private static partial void LogRefused(ILogger logger, Exception exception);
}
