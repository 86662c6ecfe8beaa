using Steering.Policies;

namespace Steering.Analysis.Erasure;

/// <summary>A method at a strength.</summary>
/// <param name="Features">Number of features; null for a direction.</param>
/// <param name="Gain">Factor of a direction's component; null for features.</param>
/// <param name="Make">Makes the policy.</param>
internal sealed record RemovalDose(int? Features, double? Gain, Func<SteeringPolicy> Make);
