namespace Steering.Training.Trainer;

/// <summary>What one training step reports.</summary>
/// <param name="Step">1 for the first.</param>
/// <param name="Tokens">Tokens seen so far.</param>
/// <param name="Loss">Loss of the batch.</param>
/// <param name="FractionUnexplained">Σ‖x − x̂‖² of the batch over Σ‖x − b‖², b the mean at the start: FVU, near enough to watch.</param>
/// <param name="L0">Active latents a token.</param>
/// <param name="Dead">Latents that count as dead.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="Sparsity">Weight λ of the sparsity penalty; 0 for kinds that keep a fixed number of latents.</param>
/// <param name="Seconds">How long the step took, the wait for activations not counted.</param>
public readonly record struct TrainingStep(
    long Step,
    long Tokens,
    double Loss,
    double FractionUnexplained,
    double L0,
    int Dead,
    double LearningRate,
    double GradientNorm,
    double Sparsity,
    double Seconds);
