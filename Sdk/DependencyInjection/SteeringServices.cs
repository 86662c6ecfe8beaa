using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Steering.DependencyInjection;

/// <summary>The services of one engine, by its name.</summary>
internal static class SteeringServices
{
    /// <summary>The key of an engine's services: a service whose key is null is one without a key.</summary>
    public static object? Key(string name) => name.Length == 0 ? null : name;

    /// <summary>A service of the engine, or null.</summary>
    public static T? Find<T>(this IServiceProvider services, string name)
        where T : class =>
        name.Length == 0 ? services.GetService<T>() : services.GetKeyedService<T>(name);

    /// <summary>A service of the engine.</summary>
    /// <exception cref="SteeringException">There is no such engine; the message lists those there are.</exception>
    public static T Get<T>(this IServiceProvider services, string name)
        where T : class
    {
        return services.Find<T>(name) ?? throw new SteeringException(name.Length == 0
            ? $"There is no steering engine without a name. {Registered(services)}; name one of them, or register one with services.AddSteering(…)."
            : $"There is no steering engine '{name}'. {Registered(services)}; register it with services.AddSteering(\"{name}\", …).");
    }

    /// <summary>Folder that the relative paths of options start from.</summary>
    public static string ContentRoot(this IServiceProvider services) =>
        services.GetService<IHostEnvironment>()?.ContentRootPath is { Length: > 0 } root ? Path.GetFullPath(root) : Directory.GetCurrentDirectory();

    private static string Registered(IServiceProvider services)
    {
        string[] names = [.. services.GetServices<SteeringRegistration>().Select(each => each.Name.Length == 0 ? "one without a name" : $"'{each.Name}'").Distinct(StringComparer.Ordinal)];
        return names.Length == 0 ? "None is registered" : $"Registered are {string.Join(", ", names)}";
    }
}

/// <summary>Makes the paths of options absolute, so that they do not depend on where the application was started.</summary>
internal sealed class SteeringContentRoot(IServiceProvider services) : IPostConfigureOptions<SteeringOptions>
{
    public void PostConfigure(string? name, SteeringOptions options)
    {
        var root = services.ContentRoot();
        options.ModelPath = Below(root, options.ModelPath);
        foreach (var (id, folder) in options.Saes.ToArray())
        {
            options.Saes[id] = Below(root, folder);
        }
    }

    /// <summary>A path as it is where it is rooted or empty, else below the folder.</summary>
    public static string Below(string root, string path) =>
        string.IsNullOrWhiteSpace(path) || Path.IsPathRooted(path) ? path : Path.GetFullPath(path, root);
}

/// <summary>An engine that was registered.</summary>
/// <param name="Name">Its name, and the key of its services; empty for the one that has neither.</param>
internal sealed record SteeringRegistration(string Name);

/// <summary>A steered chat client that was registered.</summary>
/// <param name="Name">Name of its engine, and its own key.</param>
internal sealed record SteeredChatRegistration(string Name);
