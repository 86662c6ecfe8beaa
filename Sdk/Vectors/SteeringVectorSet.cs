using System.Globalization;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Vectors;

/// <summary>The vectors of one file, with what the file says of their making.</summary>
public sealed record SteeringVectorSet
{
    /// <summary>Where they came from, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The vectors, by ascending block; at most one a site, all of one width.</summary>
    public required IReadOnlyList<SteeringVector> Vectors { get; init; }

    /// <summary>How they were made, as in <c>diffmean</c>, or null.</summary>
    public string? Method { get; init; }

    /// <summary>Name of the model they were made on, or null. A GGUF file's hint names only a family and is not used.</summary>
    public string? ModelName { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of that model's weights, or null.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize => Vectors[0].Direction.Length;

    /// <summary>Refuses vectors of another width, for sites that the model does not have, or made on another model.</summary>
    /// <param name="manifest">The socketed model.</param>
    /// <param name="allowOtherModel">Accepts vectors made on another model of the same width.</param>
    /// <exception cref="SteeringException">They do not belong to the model.</exception>
    public void Check(SocketManifest manifest, bool allowOtherModel = false)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (HiddenSize != manifest.HiddenSize)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: the vectors have width {HiddenSize}, the residual stream of '{manifest.ModelName}' has width {manifest.HiddenSize}; use vectors made on this model."));
        }

        if (!allowOtherModel)
        {
            ModelIdentity.Check(Source, ModelName, ModelSha256, manifest);
        }

        var missing = Vectors.Select(vector => vector.Site).Where(site => manifest.Sites.All(candidate => candidate.Name != site)).ToArray();
        if (missing.Length > 0)
        {
            throw new SteeringException($"{Source}: the model '{manifest.ModelName}' has no site {string.Join(", ", missing)}; socket it again with these sites.");
        }
    }
}

/// <summary>A direction of the residual stream at one site, as it was stored: raw, not normalised.</summary>
/// <param name="Site">Site, as in <c>resid_post.15</c>.</param>
/// <param name="Direction">[d].</param>
public sealed record SteeringVector(string Site, ReadOnlyMemory<float> Direction);
