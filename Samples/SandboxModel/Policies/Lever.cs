using Steering.Policies;

namespace SandboxModel.Policies;

/// <summary>One feature with one way to turn it.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Strengths">What is tried, from weak to strong.</param>
/// <param name="Apply">A policy with this edit added.</param>
internal sealed record Lever(int Feature, IReadOnlyList<float> Strengths, Func<SteeringPolicy, float, SteeringPolicy> Apply);
