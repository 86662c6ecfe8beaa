namespace Steering.Training.Evaluation;

/// <summary>One of the places where a latent was largest.</summary>
/// <param name="Window">Number of the window.</param>
/// <param name="Position">Position of the peak in the window.</param>
/// <param name="Start">Position of the first token of the context.</param>
/// <param name="Activations">The latent's activation on each token of the context; 0 where it was inactive or the token was left out.</param>
public sealed record TopExample(int Window, int Position, int Start, IReadOnlyList<float> Activations)
{
    /// <summary>Its activation on the peak.</summary>
    public float Activation => Activations[Position - Start];
}
