using Steering.Analysis.Statistics;

namespace SandboxModel.Reporting;

/// <summary>A rate of the model's replies beside the generator's.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Model">The model's replies.</param>
/// <param name="Generator">The probability that the generator draws with, or its share on the same prompts; null where it has none.</param>
internal sealed record ComparedRate(string Name, RateEstimate Model, double? Generator);
