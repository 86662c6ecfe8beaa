using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Steering.DependencyInjection;

/// <summary>Refuses what the platform's binder would pass over or answer with a type name: keys that are no property, values that are not of its type.</summary>
internal static class ConfigurationCheck
{
    /// <summary>The property that a key stands for, in any case.</summary>
    /// <param name="child">The key.</param>
    /// <param name="type">The type that is bound.</param>
    /// <param name="inCodeOnly">Properties that configuration cannot set.</param>
    /// <exception cref="SteeringException">There is none; the message lists those there are.</exception>
    public static PropertyInfo Find(IConfigurationSection child, Type type, IReadOnlyList<string> inCodeOnly)
    {
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => !inCodeOnly.Contains(property.Name, StringComparer.Ordinal)).ToArray();
        return Array.Find(known, property => string.Equals(property.Name, child.Key, StringComparison.OrdinalIgnoreCase))
            ?? throw new SteeringException(inCodeOnly.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
                ? $"Configuration key {child.Path} cannot be set in configuration; set it in code, in the action given to AddSteering."
                : $"Configuration key {child.Path} is unknown. Known are {string.Join(", ", known.Select(property => property.Name))}.");
    }

    /// <summary>Checks a value, and every key and value below it.</summary>
    /// <param name="child">The key.</param>
    /// <param name="type">The type that it is bound to.</param>
    /// <exception cref="SteeringException">A key is unknown, or a value is not of its type; the message names it and what was expected.</exception>
    public static void Value(IConfigurationSection child, Type type)
    {
        if (IsScalar(type))
        {
            Scalar(child, type);
            return;
        }

        if (!string.IsNullOrEmpty(child.Value))
        {
            throw new SteeringException($"Configuration {child.Path} is '{child.Value}'; it must be a section with keys of its own.");
        }

        foreach (var inner in child.GetChildren())
        {
            if (type.GetInterfaces().Append(type).FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IDictionary<,>)) is { } dictionary)
            {
                Value(inner, dictionary.GetGenericArguments()[1]);
            }
            else
            {
                Value(inner, Find(inner, type, []).PropertyType);
            }
        }
    }

    /// <summary>Whether a type is written as one value.</summary>
    public static bool IsScalar(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || (plain.IsValueType && !typeof(IEnumerable).IsAssignableFrom(plain));
    }

    private static void Scalar(IConfigurationSection child, Type type)
    {
        if (child.GetChildren().Any() || (child.Value is null && Nullable.GetUnderlyingType(type) is null))
        {
            throw new SteeringException($"Configuration {child.Path} must be a single value: {Expected(type)}.");
        }

        try
        {
            var value = child.Get(type);
            if (value is not Enum known || Enum.IsDefined(known.GetType(), known))
            {
                return;
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new SteeringException($"Configuration {child.Path} is '{child.Value}'; it must be {Expected(type)}.", exception);
        }

        throw new SteeringException($"Configuration {child.Path} is '{child.Value}'; it must be {Expected(type)}.");
    }

    private static string Expected(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? string.Join(" or ", Enum.GetNames(plain))
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(int) || plain == typeof(long) ? "a whole number"
            : plain == typeof(float) || plain == typeof(double) ? "a number"
            : plain == typeof(TimeSpan) ? "a time such as 00:00:30"
            : plain == typeof(string) ? "a text"
            : $"a {plain.Name}";
    }
}
