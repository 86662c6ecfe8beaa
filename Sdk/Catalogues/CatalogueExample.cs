namespace Steering.Catalogues;

/// <summary>One of the places where a feature was largest.</summary>
/// <param name="Latent">The feature.</param>
/// <param name="Activation">Its activation on the excerpt's peak.</param>
/// <param name="Activations">Its activation on every token of the excerpt, in steps of 1/255 of <paramref name="Activation"/>.</param>
/// <param name="Excerpt">The text around.</param>
public sealed record CatalogueExample(int Latent, float Activation, IReadOnlyList<float> Activations, CatalogueExcerpt Excerpt);
