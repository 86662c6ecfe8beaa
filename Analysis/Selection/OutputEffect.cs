namespace Steering.Analysis.Selection;

/// <summary>What a feature does to the next token.</summary>
/// <param name="Tokens">The tokens that its decoder row speaks for by the logit lens (final norm and LM head), first the most.</param>
/// <param name="Score">Output score (Arad et al., arXiv 2505.20063), from 0 to 1: <see cref="NextTokens.OutputScore"/>.</param>
/// <param name="ConfidenceChange">
/// Token confidence with the feature amplified minus without it, in nats (after arXiv 2510.03659; the form of the confidence is that of
/// arXiv 2508.15260): above 0 the output becomes more certain, below 0 flatter.
/// </param>
/// <param name="Divergence">Kullback–Leibler divergence of the amplified distribution from the neutral one, in nats.</param>
public sealed record OutputEffect(IReadOnlyList<int> Tokens, double Score, double ConfidenceChange, double Divergence);
