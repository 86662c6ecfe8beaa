using System.Text.Json.Serialization;

namespace SandboxModel.Reporting;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
