namespace Steering.Catalogues;

/// <summary>A feature found by text.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="InLabel">Whether its label holds the text.</param>
/// <param name="AtPeak">Number of its examples whose peak token is part of the text that was searched for.</param>
/// <param name="Matches">Number of its examples that hold the text anywhere.</param>
/// <param name="Example">The strongest of those examples, or null where only the label holds the text.</param>
public sealed record CatalogueMatch(CatalogueFeature Feature, bool InLabel, int AtPeak, int Matches, CatalogueExample? Example);
