namespace Steering.Export.Sockets;

/// <summary>What is known of a model beside its graph. The finder checks what it sees against it.</summary>
internal sealed record ModelFacts
{
    /// <summary>Nothing is known.</summary>
    public static ModelFacts Unknown { get; } = new();

    /// <summary>Number of blocks, or null.</summary>
    public int? BlockCount { get; init; }

    /// <summary>Width of the residual stream, or null.</summary>
    public int? HiddenSize { get; init; }
}
