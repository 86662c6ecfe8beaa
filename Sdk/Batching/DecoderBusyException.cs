namespace Steering.Batching;

/// <summary>
/// Every slot and every place in the queue is taken, and <see cref="BatchingDecoderOptions.RefuseWhenFull"/> is set. A
/// server answers it with "try again later" (HTTP 429 or 503).
/// </summary>
public sealed class DecoderBusyException : SteeringException
{
    /// <summary>Creates the exception.</summary>
    public DecoderBusyException()
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user.</summary>
    /// <param name="message">How many conversations run and wait, and what to do.</param>
    public DecoderBusyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user and its cause.</summary>
    /// <param name="message">How many conversations run and wait, and what to do.</param>
    /// <param name="innerException">The failure underneath.</param>
    public DecoderBusyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
