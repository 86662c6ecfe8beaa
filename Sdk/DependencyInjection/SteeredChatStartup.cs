using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Steering.DependencyInjection;

/// <summary>Builds the chat pipeline when the host starts, so that a wrong policy or filter stops the start.</summary>
internal sealed class SteeredChatStartup(IServiceProvider services, IOptions<SteeringOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        options.Value.LoadAtStart
            ? Task.Run(() => services.GetRequiredService<IChatClient>(), cancellationToken)
            : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
