namespace Steering.Vectors;

/// <summary>A direction of the residual stream at one site, as it was stored: raw, not normalised.</summary>
/// <param name="Site">Site, as in <c>resid_post.15</c>.</param>
/// <param name="Direction">[d].</param>
public sealed record SteeringVector(string Site, ReadOnlyMemory<float> Direction);
