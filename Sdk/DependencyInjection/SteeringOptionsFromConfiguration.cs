using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Steering.Models;
using Steering.Policies;

namespace Steering.DependencyInjection;

/// <summary>
/// Reads <see cref="SteeringOptions"/> from a configuration section. Unknown keys are refused; a policy is either the
/// path of a policy file or the policy's own JSON.
/// </summary>
internal sealed class SteeringOptionsFromConfiguration(IConfiguration section) : IConfigureOptions<SteeringOptions>
{
    public void Configure(SteeringOptions options)
    {
        foreach (var child in section.GetChildren())
        {
            switch (child.Key)
            {
                case nameof(SteeringOptions.ModelPath):
                    options.ModelPath = Scalar(child);
                    break;
                case nameof(SteeringOptions.Device):
                    options.Device = Parse<ExecutionDevice>(child, text => Enum.TryParse<ExecutionDevice>(text, ignoreCase: true, out var device) && Enum.IsDefined(device) ? device : null, "Cpu or Cuda");
                    break;
                case nameof(SteeringOptions.Threads):
                    options.Threads = Parse(child, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) ? threads : (int?)null, "a whole number");
                    break;
                case nameof(SteeringOptions.VerifyWeights):
                    options.VerifyWeights = Boolean(child);
                    break;
                case nameof(SteeringOptions.AllowOtherModel):
                    options.AllowOtherModel = Boolean(child);
                    break;
                case nameof(SteeringOptions.LoadAtStart):
                    options.LoadAtStart = Boolean(child);
                    break;
                case nameof(SteeringOptions.Saes):
                    ReadSaes(child, options);
                    break;
                case nameof(SteeringOptions.Policies):
                    ReadPolicies(child, options);
                    break;
                default:
                    throw new SteeringException($"Configuration key {child.Path} is unknown. Known are {string.Join(", ", typeof(SteeringOptions).GetProperties().Select(property => property.Name))}.");
            }
        }
    }

    private static void ReadSaes(IConfigurationSection saes, SteeringOptions options)
    {
        foreach (var sae in saes.GetChildren())
        {
            options.Saes[sae.Key] = Scalar(sae);
        }
    }

    private static void ReadPolicies(IConfigurationSection policies, SteeringOptions options)
    {
        foreach (var policy in policies.GetChildren())
        {
            if (policy.Value is { } path)
            {
                options.Policies[policy.Key] = SteeringPolicy.Load(path);
                continue;
            }

            options.Policies[policy.Key] = PolicyConfiguration.Read(policy, Directory.GetCurrentDirectory());
        }
    }

    private static string Scalar(IConfigurationSection section) =>
        section.Value ?? throw new SteeringException($"Configuration {section.Path} must be a single value.");

    private static bool Boolean(IConfigurationSection section) =>
        Parse(section, text => bool.TryParse(text, out var value) ? value : (bool?)null, "true or false");

    private static T Parse<T>(IConfigurationSection section, Func<string, T?> parse, string expected)
        where T : struct
    {
        var text = Scalar(section);
        return parse(text) ?? throw new SteeringException($"Configuration {section.Path} is '{text}'; it must be {expected}.");
    }
}
