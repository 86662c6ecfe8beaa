using System.Text.Json.Serialization;

namespace Steering.Training.Autoencoders;

/// <summary>The kinds by the words that stand for them in options and files.</summary>
public static class SaeKinds
{
    private static readonly Dictionary<string, Type> Types = typeof(SaeKindSettings)
        .GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
        .Cast<JsonDerivedTypeAttribute>()
        .ToDictionary(attribute => (string)attribute.TypeDiscriminator!, attribute => attribute.DerivedType, StringComparer.OrdinalIgnoreCase);

    /// <summary>All words, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Types.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Default settings of a kind.</summary>
    /// <param name="name">Its word; case does not matter.</param>
    /// <exception cref="SteeringException">There is no such kind; the message lists those there are.</exception>
    public static SaeKindSettings Default(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Types.TryGetValue(name, out var type)
            ? (SaeKindSettings)Activator.CreateInstance(type)!
            : throw new SteeringException($"'{name}' is no kind of autoencoder; there are {string.Join(", ", Names)}.");
    }

    /// <summary>The word for a kind.</summary>
    /// <param name="settings">Its settings.</param>
    public static string NameOf(SaeKindSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Types.Single(pair => pair.Value == settings.GetType()).Key;
    }
}
