namespace Steering.Policies;

/// <summary>The JSON Schema (2020-12) of the policy format, for editors and for tools in other languages.</summary>
public static class PolicySchema
{
    /// <summary>File name of the schema in the package.</summary>
    public const string FileName = "policy.schema.json";

    /// <summary>The schema as UTF-8 JSON text.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(PolicySchema).Assembly.GetManifestResourceStream($"Steering.{FileName}")
            ?? throw new SteeringException($"The resource {FileName} is missing from the library; reinstall the package Steering.Sdk.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
