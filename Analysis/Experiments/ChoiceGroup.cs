using Steering.Analysis.Statistics;

namespace Steering.Analysis.Experiments;

/// <summary>Multiple choice over some of the questions.</summary>
/// <param name="Name"><c>all</c>, <c>target</c> or <c>complement</c>.</param>
/// <param name="Accuracy">Share of questions whose right choice has the largest log-likelihood.</param>
/// <param name="Confidence">Mean share of the right choice in the softmax of the log-likelihoods.</param>
/// <param name="Difference">95 % interval of accuracy − unsteered accuracy, paired; null for the unsteered condition.</param>
public sealed record ChoiceGroup(string Name, RateEstimate Accuracy, double Confidence, Interval? Difference);
