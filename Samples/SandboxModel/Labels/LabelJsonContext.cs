using System.Text.Json.Serialization;
using Steering.Analysis.Evaluation;

namespace SandboxModel.Labels;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FeatureLabel))]
internal sealed partial class LabelJsonContext : JsonSerializerContext;
