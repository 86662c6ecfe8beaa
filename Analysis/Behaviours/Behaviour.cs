namespace Steering.Analysis.Behaviours;

/// <summary>What was found for one behaviour at one site.</summary>
public sealed record Behaviour
{
    /// <summary>Its label.</summary>
    public required string Name { get; init; }

    /// <summary>Training steps that have it.</summary>
    public required int Steps { get; init; }

    /// <summary>Latents that belong to it alone, most hits first.</summary>
    public required IReadOnlyList<int> Latents { get; init; }

    /// <summary>Their hits.</summary>
    public required IReadOnlyList<long> Hits { get; init; }

    /// <summary>[d] the behaviour vector w, of unit norm; null where no latent belongs to the behaviour alone.</summary>
    public required float[]? Vector { get; init; }

    /// <summary>[d] mean of the steps with it less the mean of those without: the rival without an autoencoder.</summary>
    public required float[] DiffMean { get; init; }

    /// <summary>How w lies to the residual stream; null without a vector.</summary>
    public ProjectionSign? Sign { get; init; }
}
