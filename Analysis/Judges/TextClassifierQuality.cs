namespace Steering.Analysis.Judges;

/// <summary>What a classifier reached.</summary>
/// <param name="Auroc">Area under the ROC curve on held-out texts: the probability that a text with the label scores above one without; 0.5 is chance.</param>
/// <param name="Trained">Number of texts it was trained on.</param>
/// <param name="HeldOut">Number of texts it was measured on.</param>
public sealed record TextClassifierQuality(double Auroc, int Trained, int HeldOut);
