namespace Steering.Analysis.Erasure;

/// <summary>The removal of one class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Features">The features in the order in which they are taken, at most as many as may be edited.</param>
/// <param name="FeaturesPassedOver">How many ranked features no method uses because their posterior cannot be followed by the graph.</param>
/// <param name="Conditions">The unsteered model, then the methods.</param>
public sealed record RemovalTarget(string Name, IReadOnlyList<int> Features, int FeaturesPassedOver, IReadOnlyList<RemovalCondition> Conditions);
