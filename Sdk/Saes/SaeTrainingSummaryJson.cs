using System.Text.Json.Serialization;

namespace Steering.Saes;

/// <summary>Generated serialisation of the summary.</summary>
[JsonSerializable(typeof(SaeTrainingSummary))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SaeTrainingSummaryJson : JsonSerializerContext;
