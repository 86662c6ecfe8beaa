using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Steering.Decoding;

namespace Steering.DependencyInjection;

/// <summary>Loads the engine when the host starts, so that a wrong model, SAE or policy stops the start.</summary>
internal sealed class SteeringStartup(IServiceProvider services, IOptions<SteeringOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        options.Value.LoadAtStart
            ? Task.Run(
                () =>
                {
                    // The decoder first: the canary then sings on the graph that it opened.
                    services.GetRequiredService<ISteeredDecoder>();
                    services.GetRequiredService<SteeringEngine>().RunCanary(cancellationToken);
                },
                cancellationToken)
            : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Builds the chat pipeline when the host starts, so that a wrong policy or filter stops the start.</summary>
internal sealed class SteeredChatStartup(IServiceProvider services, IOptions<SteeringOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        options.Value.LoadAtStart
            ? Task.Run(() => services.GetRequiredService<IChatClient>(), cancellationToken)
            : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
