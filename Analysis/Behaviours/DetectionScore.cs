using Steering.Analysis.Statistics;

namespace Steering.Analysis.Behaviours;

/// <summary>One way to detect a behaviour.</summary>
/// <param name="Method">Which, as in <c>DiffMean</c>.</param>
/// <param name="Area">Area under the ROC curve; for a control the mean over its draws. Null where held-out steps lack the behaviour or all have it, or the way does not exist.</param>
/// <param name="Interval">95 % bootstrap over traces; for a control the range of its draws.</param>
/// <param name="Lead">95 % bootstrap of its area less that of the behaviour vector; null for that itself and for controls.</param>
public sealed record DetectionScore(string Method, double? Area, Interval? Interval, Interval? Lead = null);
