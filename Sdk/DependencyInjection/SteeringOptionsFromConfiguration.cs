using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Steering.Batching;
using Steering.Models;
using Steering.Policies;

namespace Steering.DependencyInjection;

/// <summary>
/// Binds an engine's <see cref="SteeringOptions"/> to a configuration section: keys in any case, from any source. Unknown keys and
/// values of another type are refused by name; a policy is either the path of a policy file or the policy's own JSON.
/// </summary>
/// <param name="engine">The engine's name.</param>
/// <param name="section">The section.</param>
/// <param name="root">Folder that relative paths of and in policies start from.</param>
internal sealed class SteeringOptionsFromConfiguration(string engine, IConfiguration section, string root) : IConfigureNamedOptions<SteeringOptions>
{
    private static readonly Dictionary<string, Func<BatchingDecoderOptions, IConfigurationSection, BatchingDecoderOptions>> BatchingKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(BatchingDecoderOptions.Slots)] = (options, key) => options with { Slots = ConfigurationKeys.Whole(key) },
        [nameof(BatchingDecoderOptions.QueueLength)] = (options, key) => options with { QueueLength = ConfigurationKeys.Whole(key) },
        [nameof(BatchingDecoderOptions.RefuseWhenFull)] = (options, key) => options with { RefuseWhenFull = ConfigurationKeys.Truth(key) },
        [nameof(BatchingDecoderOptions.PrefillChunk)] = (options, key) => options with { PrefillChunk = ConfigurationKeys.Whole(key) },
        [nameof(BatchingDecoderOptions.PrefillShare)] = (options, key) => options with { PrefillShare = ConfigurationKeys.Number(key) },
        [nameof(BatchingDecoderOptions.ReadAhead)] = (options, key) => options with { ReadAhead = ConfigurationKeys.Whole(key) },
        [nameof(BatchingDecoderOptions.ReaderTimeout)] = (options, key) => options with { ReaderTimeout = ConfigurationKeys.OrNone(key, ConfigurationKeys.Time) },
        [nameof(BatchingDecoderOptions.MaxTokens)] = (options, key) => options with { MaxTokens = ConfigurationKeys.OrNone(key, ConfigurationKeys.Whole) },
        [nameof(BatchingDecoderOptions.Threads)] = (options, key) => options with { Threads = ConfigurationKeys.OrNone(key, ConfigurationKeys.Whole) },
    };

    private readonly Dictionary<string, Func<SteeringOptions, IConfigurationSection, SteeringOptions>> _keys = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(SteeringOptions.ModelPath)] = Set((options, key) => options.ModelPath = ConfigurationKeys.Text(key)),
        [nameof(SteeringOptions.Device)] = Set((options, key) => options.Device = ConfigurationKeys.Word<ExecutionDevice>(key)),
        [nameof(SteeringOptions.Threads)] = Set((options, key) => options.Threads = ConfigurationKeys.Whole(key)),
        [nameof(SteeringOptions.VerifyWeights)] = Set((options, key) => options.VerifyWeights = ConfigurationKeys.Truth(key)),
        [nameof(SteeringOptions.AllowOtherModel)] = Set((options, key) => options.AllowOtherModel = ConfigurationKeys.Truth(key)),
        [nameof(SteeringOptions.AllowCustomOperators)] = Set((options, key) => options.AllowCustomOperators = ConfigurationKeys.Truth(key)),
        [nameof(SteeringOptions.LoadAtStart)] = Set((options, key) => options.LoadAtStart = ConfigurationKeys.Truth(key)),
        [nameof(SteeringOptions.Batching)] = Set(ReadBatching),
        [nameof(SteeringOptions.Saes)] = Set(ReadSaes),
        [nameof(SteeringOptions.Policies)] = Set((options, key) => ReadPolicies(options, key, root)),
    };

    public void Configure(SteeringOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SteeringOptions options)
    {
        if (string.Equals(name, engine, StringComparison.Ordinal))
        {
            ConfigurationKeys.Read(section, options, _keys, nameof(SteeringOptions.Callbacks));
        }
    }

    private static Func<SteeringOptions, IConfigurationSection, SteeringOptions> Set(Action<SteeringOptions, IConfigurationSection> set) => (options, key) =>
    {
        set(options, key);
        return options;
    };

    private static void ReadBatching(SteeringOptions options, IConfigurationSection key)
    {
        // An empty section still asks for what it names.
        _ = ConfigurationKeys.Section(key);
        options.Batching = ConfigurationKeys.Read(key, new BatchingDecoderOptions(), BatchingKeys);
        options.Batching.Validate();
    }

    private static void ReadSaes(SteeringOptions options, IConfigurationSection key)
    {
        foreach (var sae in ConfigurationKeys.Section(key))
        {
            options.Saes[sae.Key] = ConfigurationKeys.Text(sae);
        }
    }

    private static void ReadPolicies(SteeringOptions options, IConfigurationSection key, string root)
    {
        foreach (var policy in ConfigurationKeys.Section(key))
        {
            options.Policies[policy.Key] = policy.Value is { } path
                ? SteeringPolicy.Load(SteeringContentRoot.Below(root, path))
                : PolicyConfiguration.Read(policy, root);
        }
    }
}
