using Steering.Analysis.Statistics;

namespace Steering.Analysis.Erasure;

/// <summary>Held-out questions under one method. All of them are answered rightly by the unsteered model.</summary>
/// <param name="Name"><c>target</c>, <c>complement</c> or a class.</param>
/// <param name="Accuracy">Share that is still answered rightly, with Wilson's interval.</param>
/// <param name="Drop">1 − accuracy: the fall against the unsteered model.</param>
/// <param name="DropInterval">95 % interval of it, bootstrapped over questions.</param>
/// <param name="Confidence">Mean share of the right choice in the softmax of the log-likelihoods.</param>
/// <param name="ConfidenceDrop">Unsteered confidence − confidence.</param>
/// <param name="ConfidenceDropInterval">95 % interval of it, bootstrapped over questions.</param>
public sealed record RemovalGroup(string Name, RateEstimate Accuracy, double Drop, Interval DropInterval, double Confidence, double ConfidenceDrop, Interval ConfidenceDropInterval);
