namespace Steering.Vectors;

/// <summary>A difference of means, and what it was made of.</summary>
public sealed record DiffMeanResult
{
    /// <summary>[d] mean of the positive texts minus mean of the negative ones, not normalised.</summary>
    public required ReadOnlyMemory<float> Direction { get; init; }

    /// <summary>Number of positive texts.</summary>
    public required int PositiveTexts { get; init; }

    /// <summary>Number of negative texts.</summary>
    public required int NegativeTexts { get; init; }

    /// <summary>Number of tokens that counted.</summary>
    public required long TokenCount { get; init; }

    /// <summary>Number of tokens left out: position 0, massive activations.</summary>
    public required long TokensLeftOut { get; init; }

    /// <summary>Euclidean norm of the direction.</summary>
    public required double Norm { get; init; }

    /// <summary>Euclidean norm of the positive mean.</summary>
    public required double PositiveNorm { get; init; }

    /// <summary>Euclidean norm of the negative mean.</summary>
    public required double NegativeNorm { get; init; }

    /// <summary>The direction as a vector of a site.</summary>
    /// <param name="site">Site that the residuals came from, as in <c>resid_post.15</c>.</param>
    public SteeringVector ToVector(string site) => new(site, Direction);
}
