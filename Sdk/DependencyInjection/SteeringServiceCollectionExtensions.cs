using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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
    /// <summary>
    /// Registers a <see cref="SteeringEngine"/>: one model, its SAEs and its named policies. With it come the model and an
    /// <see cref="ISteeredDecoder"/>. Relative paths start from the host's content root, or where there is no host from the
    /// current directory.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; at least <see cref="SteeringOptions.ModelPath"/>.</param>
    /// <returns>A builder for what belongs to the engine.</returns>
    public static ISteeringBuilder AddSteering(this IServiceCollection services, Action<SteeringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddEngine(Options.Options.DefaultName, section: null, configure);
    }

    /// <summary>
    /// Registers a <see cref="SteeringEngine"/> from a configuration section. When the configuration is reloaded, the named
    /// policies are replaced; a reload that is wrong is logged as an error and the policies in force stay.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, as in <c>configuration.GetSection("Steering")</c>.</param>
    /// <param name="configure">Changes the options after the section was read, or null.</param>
    /// <returns>A builder for what belongs to the engine.</returns>
    public static ISteeringBuilder AddSteering(this IServiceCollection services, IConfiguration section, Action<SteeringOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return services.AddEngine(Options.Options.DefaultName, section, configure);
    }

    /// <summary>
    /// Registers a named <see cref="SteeringEngine"/>, one of several in a container: it, its model and its
    /// <see cref="ISteeredDecoder"/> are keyed services, and its options named options, all by that name.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets the options; at least <see cref="SteeringOptions.ModelPath"/>.</param>
    /// <returns>A builder for what belongs to the engine.</returns>
    public static ISteeringBuilder AddSteering(this IServiceCollection services, string name, Action<SteeringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddEngine(name, section: null, configure);
    }

    /// <summary>Registers a named <see cref="SteeringEngine"/>, one of several in a container, from a configuration section.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name, and the key of its services.</param>
    /// <param name="section">The section, as in <c>configuration.GetSection("Steering:Small")</c>.</param>
    /// <param name="configure">Changes the options after the section was read, or null.</param>
    /// <returns>A builder for what belongs to the engine.</returns>
    public static ISteeringBuilder AddSteering(this IServiceCollection services, string name, IConfiguration section, Action<SteeringOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(section);
        return services.AddEngine(name, section, configure);
    }

    /// <summary>Registers a <see cref="SteeredChatClient"/> on the engine as the <see cref="IChatClient"/>.</summary>
    /// <param name="services">The services; call <see cref="AddSteering(IServiceCollection, Action{SteeringOptions})"/> too.</param>
    /// <param name="configure">Sets the defaults of requests, or null.</param>
    /// <returns>A builder for middleware in front of the client.</returns>
    public static ChatClientBuilder AddSteeredChatClient(this IServiceCollection services, Action<SteeredChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddChat(Options.Options.DefaultName, configure);
    }

    /// <summary>Registers a <see cref="SteeredChatClient"/> on a named engine as the <see cref="IChatClient"/> of that key.</summary>
    /// <param name="services">The services; call <see cref="AddSteering(IServiceCollection, string, Action{SteeringOptions})"/> with the same name too.</param>
    /// <param name="name">Name of the engine, and key of the client.</param>
    /// <param name="configure">Sets the defaults of requests, or null.</param>
    /// <returns>A builder for middleware in front of the client.</returns>
    public static ChatClientBuilder AddSteeredChatClient(this IServiceCollection services, string name, Action<SteeredChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return services.AddChat(name, configure);
    }

    /// <summary>
    /// Adds a <see cref="SteeringHealthCheck"/>: what the start-up canary found, and whether the decoder lives. It decodes
    /// nothing, so it can stand behind a readiness or liveness probe.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">Name of the check.</param>
    /// <param name="options">What is checked: <see cref="SteeringHealthCheckOptions.Engine"/> names the engine, <see cref="SteeringHealthCheckOptions.Full"/> decodes. Null for the defaults.</param>
    /// <param name="failureStatus">What a failure is reported as; null is <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags that endpoints choose checks by, or null.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSteering(
        this IHealthChecksBuilder builder, string name = "steering", SteeringHealthCheckOptions? options = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, provider => new SteeringHealthCheck(provider, options), failureStatus, tags));
    }

    private static SteeringBuilder AddEngine(this IServiceCollection services, string name, IConfiguration? section, Action<SteeringOptions>? configure)
    {
        var options = services.AddOptions<SteeringOptions>(name);
        if (section is not null)
        {
            services.AddSingleton<IConfigureOptions<SteeringOptions>>(provider => new SteeringOptionsFromConfiguration(name, section, provider.ContentRoot()));
            services.AddSingleton<IOptionsChangeTokenSource<SteeringOptions>>(provider =>
                new SteeringReload(name, section, provider.GetRequiredService<IOptionsFactory<SteeringOptions>>(), provider.Logger<SteeringEngine>()));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateBy(new SteeringOptionsValidator());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<SteeringOptions>, SteeringContentRoot>());
        services.AddSingleton(new SteeringRegistration(name));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SteeringStartup>());

        var key = SteeringServices.Key(name);
        services.TryAddKeyedSingleton(key, (provider, _) => CreateEngine(provider, name));
        services.TryAddKeyedSingleton(key, (provider, _) => provider.Get<SteeringEngine>(name).Model);
        services.TryAddKeyedSingleton(key, (provider, _) => CreateDecoder(provider, name));
        return new SteeringBuilder(services, name);
    }

    private static ChatClientBuilder AddChat(this IServiceCollection services, string name, Action<SteeredChatClientOptions>? configure)
    {
        services.AddOptions<SteeredChatClientOptions>(name).Configure(configure ?? (_ => { })).ValidateBy(new SteeredChatClientOptionsValidator());
        services.AddSingleton(new SteeredChatRegistration(name));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SteeredChatStartup>());
        return name.Length == 0 ? services.AddChatClient(Create) : services.AddKeyedChatClient(name, Create);

        SteeredChatClient Create(IServiceProvider provider) => new(
            provider.Get<SteeringEngine>(name),
            provider.GetRequiredService<IOptionsMonitor<SteeredChatClientOptions>>().Get(name),
            provider.Get<ISteeredDecoder>(name),
            provider.GetService<ILogger<SteeredChatClient>>());
    }

    private static SteeringEngine CreateEngine(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<SteeringOptions>>();
        var engine = SteeringEngine.Load(options.Get(name), provider.GetService<TimeProvider>());
        SteeringReload.Follow(options, name, engine, provider.Logger<SteeringEngine>());
        return engine;
    }

    private static ISteeredDecoder CreateDecoder(IServiceProvider provider, string name)
    {
        var model = provider.Get<SteeringEngine>(name).Model;
        return provider.GetRequiredService<IOptionsMonitor<SteeringOptions>>().Get(name).Batching is { } batching
            ? new BatchingDecoder(model, batching, provider.GetService<TimeProvider>(), provider.GetService<ILogger<BatchingDecoder>>())
            : new GenAiDecoder(model);
    }

    private static ILogger Logger<T>(this IServiceProvider provider) => provider.GetService<ILogger<T>>() ?? NullLogger<T>.Instance;
}
