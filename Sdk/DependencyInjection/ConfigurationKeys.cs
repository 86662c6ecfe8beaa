using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Steering.DependencyInjection;

/// <summary>
/// Reads options from configuration by a table of their keys: without reflection, which a trimmed program lacks, and with a refusal
/// of what the platform's binder would pass over or answer with a type name: keys that are no option, values that are not of its type.
/// </summary>
internal static class ConfigurationKeys
{
    /// <summary>Sets what a section holds.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">What the table's entries are given.</param>
    /// <param name="table">By key, in any case: gives the options with the value that a key holds.</param>
    /// <param name="inCodeOnly">Keys that configuration cannot set.</param>
    /// <exception cref="SteeringException">A key is unknown, or a value is not of its type; the message names it and what was expected.</exception>
    public static T Read<T>(IConfiguration section, T options, IReadOnlyDictionary<string, Func<T, IConfigurationSection, T>> table, params string[] inCodeOnly)
    {
        foreach (var key in section.GetChildren())
        {
            options = table.TryGetValue(key.Key, out var set)
                ? set(options, key)
                : throw new SteeringException(inCodeOnly.Contains(key.Key, StringComparer.OrdinalIgnoreCase)
                    ? $"Configuration key {key.Path} cannot be set in configuration; set it in code, in the action given to AddSteering."
                    : $"Configuration key {key.Path} is unknown. Known are {string.Join(", ", table.Keys)}.");
        }

        return options;
    }

    /// <summary>The keys of a section, which may be empty.</summary>
    public static IEnumerable<IConfigurationSection> Section(IConfigurationSection key) => string.IsNullOrEmpty(key.Value)
        ? key.GetChildren()
        : throw new SteeringException($"Configuration {key.Path} is '{key.Value}'; it must be a section with keys of its own.");

    public static string Text(IConfigurationSection key) => Single(key, "a text");

    public static bool Truth(IConfigurationSection key) => Parsed(key, "true or false", bool.TryParse(Single(key, "true or false"), out var value), value);

    public static int Whole(IConfigurationSection key) =>
        Parsed(key, "a whole number", int.TryParse(Single(key, "a whole number"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value), value);

    public static double Number(IConfigurationSection key) =>
        Parsed(key, "a number", double.TryParse(Single(key, "a number"), NumberStyles.Float, CultureInfo.InvariantCulture, out var value), value);

    public static TimeSpan Time(IConfigurationSection key) =>
        Parsed(key, "a time such as 00:00:30", TimeSpan.TryParse(Single(key, "a time such as 00:00:30"), CultureInfo.InvariantCulture, out var value), value);

    /// <summary>A member of an enumeration, in any case.</summary>
    public static T Word<T>(IConfigurationSection key)
        where T : struct, Enum
    {
        var words = string.Join(" or ", Enum.GetNames<T>());
        return Parsed(key, words, Enum.TryParse<T>(Single(key, words), ignoreCase: true, out var value) && Enum.IsDefined(value), value);
    }

    /// <summary>A value that may be left empty (<c>null</c> in JSON), which is none.</summary>
    public static T? OrNone<T>(IConfigurationSection key, Func<IConfigurationSection, T> read)
        where T : struct => string.IsNullOrEmpty(key.Value) && !key.GetChildren().Any() ? null : read(key);

    private static string Single(IConfigurationSection key, string expected) => key.Value is { } value && !key.GetChildren().Any()
        ? value
        : throw new SteeringException($"Configuration {key.Path} must be a single value: {expected}.");

    private static T Parsed<T>(IConfigurationSection key, string expected, bool success, T value) => success
        ? value
        : throw new SteeringException($"Configuration {key.Path} is '{key.Value}'; it must be {expected}.");
}
