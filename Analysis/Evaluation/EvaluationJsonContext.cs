using System.Text.Json.Serialization;

namespace Steering.Analysis.Evaluation;

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SaeEvaluation))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;
