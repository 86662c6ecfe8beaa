using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Steering.Batching;
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
                    options.Threads = Whole(child);
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
                case nameof(SteeringOptions.Batching):
                    options.Batching = ReadBatching(child);
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

    private static BatchingDecoderOptions ReadBatching(IConfigurationSection section)
    {
        var batching = new BatchingDecoderOptions();
        foreach (var child in section.GetChildren())
        {
            batching = child.Key switch
            {
                nameof(batching.Slots) => batching with { Slots = Whole(child) },
                nameof(batching.QueueLength) => batching with { QueueLength = Whole(child) },
                nameof(batching.RefuseWhenFull) => batching with { RefuseWhenFull = Boolean(child) },
                nameof(batching.PrefillChunk) => batching with { PrefillChunk = Whole(child) },
                nameof(batching.PrefillShare) => batching with { PrefillShare = Parse(child, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? share : (double?)null, "a number") },
                nameof(batching.ReadAhead) => batching with { ReadAhead = Whole(child) },
                nameof(batching.ReaderTimeout) => batching with { ReaderTimeout = Parse(child, text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : (TimeSpan?)null, "a time, hours:minutes:seconds") },
                nameof(batching.MaxTokens) => batching with { MaxTokens = Whole(child) },
                _ => throw new SteeringException($"Configuration key {child.Path} is unknown. Known are {string.Join(", ", typeof(BatchingDecoderOptions).GetProperties().Select(property => property.Name))}."),
            };
        }

        batching.Validate();
        return batching;
    }

    private static int Whole(IConfigurationSection section) =>
        Parse(section, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null, "a whole number");

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
