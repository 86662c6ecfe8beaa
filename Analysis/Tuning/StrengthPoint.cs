namespace Steering.Analysis.Tuning;

/// <summary>What a policy does to a model's predictions at one strength.</summary>
/// <param name="Strength">The strength; 1 is the policy as it was written.</param>
/// <param name="Divergence">Mean KL(unsteered ‖ steered) of the token after each text, in nats.</param>
/// <param name="Loss">Mean loss of the texts' tokens under the steered model, in nats a token.</param>
/// <param name="Accuracy">Share of the texts' tokens that are the steered model's likeliest.</param>
public sealed record StrengthPoint(float Strength, double Divergence, double Loss, double Accuracy);
