namespace Steering.Analysis.Sources;

/// <summary>
/// Activations of one site in the order in which training sees them. The order follows from the source and the seed alone,
/// and a saved state continues it bit for bit.
/// </summary>
public interface IActivationSource : IDisposable
{
    /// <summary>Width d of the residual stream: floats in a row.</summary>
    int HiddenSize { get; }

    /// <summary>Copies the rows that come first, without consuming them: what input scale and biases are estimated from.</summary>
    /// <param name="rows">[rows, d]; as many whole rows as there are at hand are written.</param>
    /// <param name="cancellationToken">Stops waiting for the model.</param>
    /// <returns>Number of rows written, fewer than asked only where fewer are buffered.</returns>
    int Peek(Span<float> rows, CancellationToken cancellationToken);

    /// <summary>Moves the next rows out.</summary>
    /// <param name="rows">[rows, d], filled from the front.</param>
    /// <param name="cancellationToken">Stops waiting for the model.</param>
    /// <returns>Number of rows written; 0 at the end. A source that repeats its text has no end.</returns>
    int Read(Span<float> rows, CancellationToken cancellationToken);

    /// <summary>Writes all that the next <see cref="Read"/> depends on.</summary>
    void SaveState(Stream destination);

    /// <summary>Continues where <see cref="SaveState"/> was called, on a new one over the same source.</summary>
    /// <exception cref="SteeringException">The state belongs to another source, seed or size.</exception>
    void RestoreState(Stream source);
}
