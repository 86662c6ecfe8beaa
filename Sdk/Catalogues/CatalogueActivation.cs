namespace Steering.Catalogues;

/// <summary>A feature that was active on some tokens.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Token">The token on which it was largest.</param>
/// <param name="Activation">Its activation there.</param>
/// <param name="Score">Activation · ln(1 / share of the catalogue's tokens on which it fires): what is strong here and rare elsewhere.</param>
public sealed record CatalogueActivation(CatalogueFeature Feature, int Token, float Activation, double Score);
