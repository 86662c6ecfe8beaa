using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Steering.Policies;

namespace Steering.DependencyInjection;

/// <summary>
/// Binds an engine's <see cref="SteeringOptions"/> to a configuration section, by the platform's binder: keys in any case, from any source.
/// Unknown keys and values of another type are refused by name; a policy is either the path of a policy file or the policy's
/// own JSON.
/// </summary>
/// <param name="engine">The engine's name.</param>
/// <param name="section">The section.</param>
/// <param name="root">Folder that relative paths of and in policies start from.</param>
internal sealed class SteeringOptionsFromConfiguration(string engine, IConfiguration section, string root) : IConfigureNamedOptions<SteeringOptions>
{
    public void Configure(SteeringOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SteeringOptions options)
    {
        if (!string.Equals(name, engine, StringComparison.Ordinal))
        {
            return;
        }

        foreach (var child in section.GetChildren())
        {
            if (string.Equals(child.Key, nameof(SteeringOptions.Policies), StringComparison.OrdinalIgnoreCase))
            {
                ReadPolicies(child, options);
                continue;
            }

            var property = ConfigurationCheck.Find(child, typeof(SteeringOptions), [nameof(SteeringOptions.Callbacks)]);
            ConfigurationCheck.Value(child, property.PropertyType);
            Bind(child, property, options);
        }

        options.Batching?.Validate();
    }

    private static void Bind(IConfigurationSection child, PropertyInfo property, SteeringOptions options)
    {
        if (property.SetMethod is null)
        {
            child.Bind(property.GetValue(options));
            return;
        }

        // The binder makes nothing of an empty section, which still asks for what it names.
        var value = child.Get(property.PropertyType);
        property.SetValue(options, value is null && !ConfigurationCheck.IsScalar(property.PropertyType) ? Activator.CreateInstance(property.PropertyType) : value);
    }

    private void ReadPolicies(IConfigurationSection policies, SteeringOptions options)
    {
        foreach (var policy in policies.GetChildren())
        {
            options.Policies[policy.Key] = policy.Value is { } path
                ? SteeringPolicy.Load(SteeringContentRoot.Below(root, path))
                : PolicyConfiguration.Read(policy, root);
        }
    }
}
