using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Steering;
using Steering.Chat;
using Steering.DependencyInjection;
using Steering.Policies;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds to an engine that <c>AddSteering</c> registered.</summary>
public interface ISteeringBuilder
{
    /// <summary>The services that the engine was registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>The engine's name: the key of its services and the name of its options; empty where it was given none.</summary>
    string Name { get; }
}

/// <summary>What can be added to an engine.</summary>
public static class SteeringBuilderExtensions
{
    /// <summary>Adds an SAE, or puts it in the place of one of the same id.</summary>
    /// <param name="builder">The engine.</param>
    /// <param name="id">The id that policies name it by.</param>
    /// <param name="folder">Its folder; a relative path starts from the host's content root.</param>
    /// <returns>The same builder.</returns>
    public static ISteeringBuilder AddSae(this ISteeringBuilder builder, string id, string folder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        builder.Services.Configure<SteeringOptions>(builder.Name, options => options.Saes[id] = folder);
        return builder;
    }

    /// <summary>Adds a named policy, or puts it in the place of one of the same name.</summary>
    /// <param name="builder">The engine.</param>
    /// <param name="name">The name that requests choose it by.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>The same builder.</returns>
    public static ISteeringBuilder AddPolicy(this ISteeringBuilder builder, string name, SteeringPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(policy);
        builder.Services.Configure<SteeringOptions>(builder.Name, options => options.Policies[name] = policy);
        return builder;
    }

    /// <summary>Adds a named policy from a file, which is read when the options are: at the start, and when the configuration is reloaded.</summary>
    /// <param name="builder">The engine.</param>
    /// <param name="name">The name that requests choose it by.</param>
    /// <param name="file">The policy file; a relative path starts from the host's content root.</param>
    /// <returns>The same builder.</returns>
    public static ISteeringBuilder AddPolicy(this ISteeringBuilder builder, string name, string file)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        builder.Services.AddSingleton<IConfigureOptions<SteeringOptions>>(provider => new ConfigureNamedOptions<SteeringOptions>(
            builder.Name, options => options.Policies[name] = SteeringPolicy.Load(SteeringContentRoot.Below(provider.ContentRoot(), file))));
        return builder;
    }

    /// <summary>Registers a <see cref="SteeredChatClient"/> on the engine as the <see cref="IChatClient"/>; on a named engine, of that key.</summary>
    /// <param name="builder">The engine.</param>
    /// <param name="configure">Sets the defaults of requests, or null.</param>
    /// <param name="pipeline">Adds middleware in front of the client, or null for none.</param>
    /// <returns>The same builder.</returns>
    public static ISteeringBuilder AddChatClient(this ISteeringBuilder builder, Action<SteeredChatClientOptions>? configure = null, Action<ChatClientBuilder>? pipeline = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var client = builder.Name.Length == 0 ? builder.Services.AddSteeredChatClient(configure) : builder.Services.AddSteeredChatClient(builder.Name, configure);
        pipeline?.Invoke(client);
        return builder;
    }
}

/// <summary>The builder that <c>AddSteering</c> returns.</summary>
internal sealed record SteeringBuilder(IServiceCollection Services, string Name) : ISteeringBuilder;
