namespace Steering.Analysis.Selection;

/// <summary>A direction for a concept, and how well it tells texts apart that it was not made from.</summary>
/// <param name="Direction">[d] towards the concept, as long as the two kinds' means lie apart along it.</param>
/// <param name="Trained">Vectors it was made from.</param>
/// <param name="HeldOut">Vectors it was measured on.</param>
/// <param name="Auroc">ROC-AUC of the projection on the held-out vectors.</param>
/// <param name="Explained">Of a principal component: its share of the pairs' squared differences.</param>
public sealed record DenseDirection(ReadOnlyMemory<float> Direction, int Trained, int HeldOut, double Auroc, double? Explained = null);
