using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Steering.Decoding;

namespace Steering.DependencyInjection;

/// <summary>Loads the engines when the host starts, so that a wrong model, SAE or policy stops the start.</summary>
internal sealed class SteeringStartup(IServiceProvider services, IEnumerable<SteeringRegistration> engines, IOptionsMonitor<SteeringOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (var name in engines.Select(engine => engine.Name).Distinct(StringComparer.Ordinal).Where(name => options.Get(name).LoadAtStart))
            {
                // The decoder first: the canary then sings on the graph that it opened.
                services.Get<ISteeredDecoder>(name);
                services.Get<SteeringEngine>(name).RunCanary(cancellationToken);
            }
        },
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Builds the chat pipelines when the host starts, so that a wrong policy or filter stops the start.</summary>
internal sealed class SteeredChatStartup(IServiceProvider services, IEnumerable<SteeredChatRegistration> clients, IOptionsMonitor<SteeringOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (var name in clients.Select(client => client.Name).Distinct(StringComparer.Ordinal).Where(name => options.Get(name).LoadAtStart))
            {
                services.Get<IChatClient>(name);
            }
        },
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
