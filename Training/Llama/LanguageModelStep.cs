namespace Steering.Training.Llama;

/// <summary>What one step of training a language model showed, before the weights moved.</summary>
/// <param name="Step">1 for the first.</param>
/// <param name="Tokens">Tokens trained on so far.</param>
/// <param name="Loss">Mean cross-entropy in nats a token.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
/// <param name="Seconds">What the step took.</param>
public readonly record struct LanguageModelStep(long Step, long Tokens, double Loss, double LearningRate, double GradientNorm, double Seconds);
