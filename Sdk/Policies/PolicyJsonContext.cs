using System.Text.Json.Serialization;

namespace Steering.Policies;

/// <summary>Source-generated serialisation of policies, for applications without reflection; chain it into their own context.</summary>
[JsonSerializable(typeof(SteeringPolicy))]
[JsonSerializable(typeof(IReadOnlyList<SteeringPolicy>))]
public sealed partial class PolicyJsonContext : JsonSerializerContext;
