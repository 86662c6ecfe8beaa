namespace Steering.Export.Hub;

/// <summary>An attempt failed in a way that another one may mend: a dropped connection, a busy host.</summary>
/// <param name="message">What happened, as a sentence without its end, for the refusal when the attempts are used up.</param>
/// <param name="after">How long the host asks to wait, or null.</param>
/// <param name="innerException">The failure underneath.</param>
internal sealed class HubTransientException(string message, TimeSpan? after = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the host asks to wait, or null where it does not say.</summary>
    public TimeSpan? After => after;
}
