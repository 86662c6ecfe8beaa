namespace Steering.Analysis.Selection;

/// <summary>
/// Learns how to turn features so that given texts become likelier, or less likely, or stay (<see cref="DialAim"/>). The seam between
/// what reads a model and what follows gradients: the implementation is <c>Steering.Training.Gradients.DialTrainer</c>.
/// </summary>
public interface IDialLearner
{
    /// <summary>Learns dials.</summary>
    /// <param name="examples">The texts, wanted ones, unwanted ones, and such that are to stay as they are.</param>
    /// <param name="options">How, or null for the defaults.</param>
    /// <param name="progress">Receives the weighted mean loss of each step, in nats.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="SteeringException">An option is out of range, or a text cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    LearnedDials Learn(IReadOnlyList<DialExample> examples, DialOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default);
}
