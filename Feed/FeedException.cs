namespace Steering.Feed;

/// <summary>Something the person at the keyboard can mend; the message says what is wrong and what to do.</summary>
internal sealed class FeedException : Exception
{
    public FeedException()
    {
    }

    public FeedException(string message)
        : base(message)
    {
    }

    public FeedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
