namespace Steering;

/// <summary>
/// A name that stands for nothing here: a policy's in a request, or an SAE, a feature, a site or a callback that a policy
/// names. A server answers it as the caller's mistake (HTTP 400).
/// </summary>
public sealed class UnknownNameException : SteeringException
{
    /// <summary>Creates the exception.</summary>
    public UnknownNameException()
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user.</summary>
    /// <param name="message">What was given, what there is, what to do.</param>
    public UnknownNameException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence shown to the user and its cause.</summary>
    /// <param name="message">What was given, what there is, what to do.</param>
    /// <param name="innerException">The failure underneath.</param>
    public UnknownNameException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with all that is known of the mistake.</summary>
    /// <param name="kind">What the name should stand for.</param>
    /// <param name="name">The name.</param>
    /// <param name="knownNames">The names there are.</param>
    /// <param name="message">What was given, what there is, what to do.</param>
    public UnknownNameException(NamedKind kind, string name, IReadOnlyList<string> knownNames, string message)
        : base(message) => (Kind, Name, KnownNames) = (kind, name, knownNames);

    /// <summary>What the name should stand for.</summary>
    public NamedKind Kind { get; }

    /// <summary>The name.</summary>
    public string Name { get; } = string.Empty;

    /// <summary>The names there are; empty for features, which are numbered.</summary>
    public IReadOnlyList<string> KnownNames { get; } = [];
}
