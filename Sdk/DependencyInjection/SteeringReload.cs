using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Steering.DependencyInjection;

/// <summary>
/// Tells <see cref="IOptionsMonitor{TOptions}"/> that the configuration of an engine has changed, once what was reloaded is found
/// right. A wrong reload is logged as an error and the options in force stay: the monitor alone would throw on the thread that
/// watches the files, and a slip in a file must not take a running service down. The configuration often lives longer than the
/// container, so the container makes this and disposes of it.
/// </summary>
internal sealed partial class SteeringReload : IOptionsChangeTokenSource<SteeringOptions>, IDisposable
{
    private readonly IOptionsFactory<SteeringOptions> _options;
    private readonly ILogger _logger;
    private readonly IDisposable _registration;
    private CancellationTokenSource _changed = new();

    public SteeringReload(string name, IConfiguration section, IOptionsFactory<SteeringOptions> options, ILogger logger)
    {
        (Name, _options, _logger) = (name, options, logger);
        _registration = ChangeToken.OnChange(section.GetReloadToken, Check);
    }

    public string Name { get; }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public void Dispose()
    {
        _registration.Dispose();
        _changed.Dispose();
    }

    /// <summary>Replaces an engine's policies whenever its options change.</summary>
    public static void Follow(IOptionsMonitor<SteeringOptions> monitor, string name, SteeringEngine engine, ILogger logger) =>
        monitor.OnChange((options, changed) =>
        {
            if (string.Equals(changed ?? Options.DefaultName, name, StringComparison.Ordinal))
            {
                Guard(() => engine.ReplacePolicies(options.Policies.AsReadOnly()), name, logger);
            }
        });

    private void Check() => Guard(
        () =>
        {
            _options.Create(Name);
            using var changed = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            changed.Cancel();
        },
        Name,
        _logger);

    private static void Guard(Action change, string name, ILogger logger)
    {
        try
        {
            change();
        }
        catch (ObjectDisposedException)
        {
            // The application stops at this moment: there is nothing left to replace them in.
        }
#pragma warning disable CA1031 // Thrown on, whatever it is would end the process: configuration is reloaded on a timer's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogRefused(logger, name.Length == 0 ? "the engine" : $"the engine '{name}'", exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The reloaded options of {Engine} were refused; its policies in force stay.")]
    private static partial void LogRefused(ILogger logger, string engine, Exception exception);
}
