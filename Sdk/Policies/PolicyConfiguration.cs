using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Steering.Policies.Operators;

namespace Steering.Policies;

/// <summary>Reads policies from configuration, where every scalar is text: the same fields and checks as in a policy file.</summary>
public static class PolicyConfiguration
{
    private const int MaximumDepth = 16;

    // Keys of configuration have no case (an environment variable's is often all capitals); fields of a policy have.
    private static readonly Dictionary<string, string> Fields = new[]
    {
        PolicyFields.Policy, PolicyFields.Sae, PolicyFields.Intervention, PolicyFields.FeatureTarget, PolicyFields.DirectionTarget, PolicyFields.ActivationGate, PolicyFields.CallbackGate,
    }.Concat(OperatorRegistry.Objects.Select(entry => entry.Fields)).SelectMany(fields => fields).Distinct(StringComparer.Ordinal).ToDictionary(field => field, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the policy that a configuration section holds.</summary>
    /// <param name="section">The section, as in <c>Steering:Policies:calm</c> of appsettings.json.</param>
    /// <param name="folder">Folder that the policy's relative paths start from: usually the application's content root.</param>
    /// <exception cref="SteeringException">The section does not hold a valid policy; the message names every problem and where it is.</exception>
    public static SteeringPolicy Read(IConfigurationSection section, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        var source = $"the policy in configuration at {section.Path}";
        if (section.Value is not null || !section.GetChildren().Any())
        {
            throw new SteeringException($"There is no policy in configuration at {section.Path}: expected a section with the fields {string.Join(", ", PolicyFields.Policy)}.");
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, section, depth: 0, source, ownNames: false);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return PolicyReader.Read(document.RootElement, source, textScalars: true) with { Folder = folder };
    }

    private static void Write(Utf8JsonWriter writer, IConfigurationSection section, int depth, string source, bool ownNames)
    {
        if (depth > MaximumDepth)
        {
            throw new SteeringException($"Cannot read {source}: it is nested more than {MaximumDepth} levels deep at {section.Path}.");
        }

        var children = section.GetChildren().ToArray();
        if (children.Length == 0)
        {
            writer.WriteStringValue(section.Value ?? "");
        }
        else if (children.All(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            writer.WriteStartArray();
            foreach (var child in children.OrderBy(child => int.Parse(child.Key, CultureInfo.InvariantCulture)))
            {
                Write(writer, child, depth + 1, source, ownNames: false);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStartObject();
            foreach (var child in children)
            {
                var field = ownNames ? child.Key : Fields.GetValueOrDefault(child.Key, child.Key);
                writer.WritePropertyName(field);

                // SAEs are called what the application calls them.
                Write(writer, child, depth + 1, source, ownNames: !ownNames && field == "saes");
            }

            writer.WriteEndObject();
        }
    }
}
