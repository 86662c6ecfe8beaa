using System.Text.Json.Serialization;

namespace Steering.Sandbox.Corpora;

/// <summary>How a document looks as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SandboxDocument))]
internal sealed partial class CorpusJson : JsonSerializerContext;
