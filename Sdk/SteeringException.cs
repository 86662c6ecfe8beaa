namespace Steering;

/// <summary>
/// The one exception that this library throws for anything a caller can mend: a wrong model, site, shape, type,
/// feature, file, option or policy. Its message names what was given, what was expected and what to do.
/// </summary>
public class SteeringException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SteeringException()
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user.</summary>
    /// <param name="message">What was given, what was expected, what to do.</param>
    public SteeringException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user and its cause.</summary>
    /// <param name="message">What was given, what was expected, what to do.</param>
    /// <param name="innerException">The failure underneath.</param>
    public SteeringException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
