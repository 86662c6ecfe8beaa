using System.Runtime.InteropServices;

namespace Steering.Catalogues;

/// <summary>What is known about one feature.</summary>
/// <param name="Latent">Index of the latent, 0-based.</param>
/// <param name="Fired">Number of tokens on which it was active; 0: dead on that text.</param>
/// <param name="MaxActivation">Largest activation, 0 where it never was positive: the unit of strengths.</param>
/// <param name="MeanActivation">Mean activation over the tokens on which it was active.</param>
/// <param name="Nearest">Latent with the most similar decoder direction, or null where that was not computed.</param>
/// <param name="NearestCosine">Cosine of the two decoder directions; 0 without <paramref name="Nearest"/>.</param>
/// <param name="Label">What it is called, or null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CatalogueFeature(int Latent, long Fired, float MaxActivation, float MeanActivation, int? Nearest, float NearestCosine, string? Label);

/// <summary>A feature that was active on some tokens.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Token">The token on which it was largest.</param>
/// <param name="Activation">Its activation there.</param>
/// <param name="Score">Activation · ln(1 / share of the catalogue's tokens on which it fires): what is strong here and rare elsewhere.</param>
public sealed record CatalogueActivation(CatalogueFeature Feature, int Token, float Activation, double Score);

/// <summary>One of the places where a feature was largest.</summary>
/// <param name="Latent">The feature.</param>
/// <param name="Activation">Its activation on the excerpt's peak.</param>
/// <param name="Activations">Its activation on every token of the excerpt, in steps of 1/255 of <paramref name="Activation"/>.</param>
/// <param name="Excerpt">The text around.</param>
public sealed record CatalogueExample(int Latent, float Activation, IReadOnlyList<float> Activations, CatalogueExcerpt Excerpt);

/// <summary>A feature found by text.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="InLabel">Whether its label holds the text.</param>
/// <param name="AtPeak">Number of its examples whose peak token is part of the text that was searched for.</param>
/// <param name="Matches">Number of its examples that hold the text anywhere.</param>
/// <param name="Example">The strongest of those examples, or null where only the label holds the text.</param>
public sealed record CatalogueMatch(CatalogueFeature Feature, bool InLabel, int AtPeak, int Matches, CatalogueExample? Example);

/// <summary>A few tokens of the text, around one on which features were largest.</summary>
/// <param name="Document">Number of the document it comes from, 0-based.</param>
/// <param name="Peak">Index in <paramref name="Tokens"/> of the token on which the features that share the excerpt were largest.</param>
/// <param name="Tokens">What each token adds to the text; joined they are the text. 1 to 255 tokens.</param>
public sealed record CatalogueExcerpt(long Document, int Peak, IReadOnlyList<string> Tokens)
{
    /// <summary>Largest number of tokens.</summary>
    public const int MaximumTokens = 255;

    /// <summary>The text.</summary>
    public string Text => string.Concat(Tokens);
}
