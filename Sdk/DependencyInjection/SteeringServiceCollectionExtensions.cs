using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Steering;
using Steering.Batching;
using Steering.Chat;
using Steering.Decoding;
using Steering.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers steering in a service collection.</summary>
public static class SteeringServiceCollectionExtensions
{
    /// <summary>Registers a <see cref="SteeringEngine"/>: one model, its SAEs and its named policies.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; at least <see cref="SteeringOptions.ModelPath"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSteering(this IServiceCollection services, Action<SteeringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SteeringOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        return services.AddEngine();
    }

    /// <summary>
    /// Registers a <see cref="SteeringEngine"/> from a configuration section. When the configuration is reloaded, the named
    /// policies are replaced; a reload that is wrong is logged as an error and the policies in force stay.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, as in <c>configuration.GetSection("Steering")</c>.</param>
    /// <param name="configure">Changes the options after the section was read, or null.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSteering(this IServiceCollection services, IConfiguration section, Action<SteeringOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddSingleton<IConfigureOptions<SteeringOptions>>(new SteeringOptionsFromConfiguration(section));
        services.AddSingleton(provider => new SteeringReload(section, provider.GetRequiredService<IOptionsFactory<SteeringOptions>>(), provider.GetService<ILogger<SteeringEngine>>()));
        return services.AddSteering(configure ?? (_ => { }));
    }

    /// <summary>Registers a <see cref="SteeredChatClient"/> on the engine as the <see cref="IChatClient"/>.</summary>
    /// <param name="services">The services; call <see cref="AddSteering(IServiceCollection, Action{SteeringOptions})"/> too.</param>
    /// <param name="configure">Sets the defaults of requests, or null.</param>
    /// <returns>A builder for middleware in front of the client.</returns>
    public static ChatClientBuilder AddSteeredChatClient(this IServiceCollection services, Action<SteeredChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<SteeredChatClientOptions>().Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SteeredChatStartup>());
        return services.AddChatClient(provider => new SteeredChatClient(
            provider.GetRequiredService<SteeringEngine>(),
            provider.GetRequiredService<IOptions<SteeredChatClientOptions>>().Value,
            provider.GetRequiredService<ISteeredDecoder>(),
            provider.GetService<ILogger<SteeredChatClient>>()));
    }

    /// <summary>
    /// Adds a <see cref="SteeringHealthCheck"/>: what the start-up canary found, and whether the decoder lives. It decodes
    /// nothing, so it can stand behind a readiness or liveness probe.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">Name of the check.</param>
    /// <param name="options">What is checked; <see cref="SteeringHealthCheckOptions.Full"/> decodes. Null for the defaults.</param>
    /// <param name="failureStatus">What a failure is reported as; null is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags that endpoints choose checks by, or null.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSteering(
        this IHealthChecksBuilder builder, string name = "steering", SteeringHealthCheckOptions? options = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new SteeringHealthCheck(provider.GetRequiredService<SteeringEngine>(), provider.GetService<ISteeredDecoder>(), options),
            failureStatus,
            tags));
    }

    private static IServiceCollection AddEngine(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => CreateEngine(provider));
        services.TryAddSingleton(provider => provider.GetRequiredService<SteeringEngine>().Model);
        services.TryAddSingleton<ISteeredDecoder>(provider => provider.GetRequiredService<IOptions<SteeringOptions>>().Value.Batching is { } batching
            ? new BatchingDecoder(provider.GetRequiredService<SteeringEngine>().Model, batching, provider.GetService<TimeProvider>())
            : new GenAiDecoder(provider.GetRequiredService<SteeringEngine>().Model));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SteeringStartup>());
        return services;
    }

    private static SteeringEngine CreateEngine(IServiceProvider provider)
    {
        var engine = SteeringEngine.Load(provider.GetRequiredService<IOptions<SteeringOptions>>().Value);
        provider.GetService<SteeringReload>()?.Follow(engine);
        return engine;
    }
}
