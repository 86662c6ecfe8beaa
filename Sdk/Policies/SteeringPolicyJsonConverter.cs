using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steering.Policies;

/// <summary>Lets System.Text.Json read and write policies inside other documents, with the checks of a policy file.</summary>
public sealed class SteeringPolicyJsonConverter : JsonConverter<SteeringPolicy>
{
    /// <inheritdoc/>
    /// <exception cref="SteeringException">The value is not a valid policy.</exception>
    public override SteeringPolicy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return PolicyReader.Read(document.RootElement, "the policy", textScalars: false);
    }

    /// <inheritdoc/>
    /// <exception cref="SteeringException">The policy is not valid.</exception>
    public override void Write(Utf8JsonWriter writer, SteeringPolicy value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        value.Validate();
        PolicyWriter.Write(writer, value);
    }
}
