namespace Steering.Export.Architectures;

/// <summary>The architectures that can be imported, by the <c>model_type</c> of a checkpoint.</summary>
internal static class ArchitectureRegistry
{
    private static readonly IArchitecture[] Architectures =
    [
        new LlamaArchitecture(),
        new GemmaArchitecture(),
        new Gpt2Architecture(),
        new GptNeoXArchitecture(),
        new Olmo2Architecture(),
        new MixtureArchitecture(),
    ];

    /// <summary>Every supported <c>model_type</c>, in order.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } =
        [.. Architectures.SelectMany(architecture => architecture.ModelTypes).Order(StringComparer.Ordinal)];

    /// <summary>Finds the architecture of a checkpoint.</summary>
    /// <exception cref="SteeringException">There is none for this <c>model_type</c>; the message lists those there are.</exception>
    internal static IArchitecture Find(string modelType) =>
        Array.Find(Architectures, architecture => architecture.ModelTypes.Contains(modelType, StringComparer.Ordinal))
        ?? throw new SteeringException($"The architecture '{modelType}' is not supported. Supported: {string.Join(", ", ModelTypes)}.");
}
