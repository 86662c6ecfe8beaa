using System.Globalization;

namespace Steering.Export.Hub;

/// <summary>
/// How often and after how long a failed attempt is repeated: five times in a row without progress, after 1, 2, 4, 8 and 16 s,
/// or after what the host asks for.
/// </summary>
/// <param name="what">What is attempted, for messages.</param>
/// <param name="time">Clock of the waits.</param>
/// <param name="notice">Receives a sentence before each wait; may be null.</param>
internal sealed class HubRetry(string what, TimeProvider time, Action<string>? notice)
{
    private const int MaximumFailures = 5;
    private const long Progress = 1 << 20;

    // The host's limits count requests in windows of five minutes.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(6);

    private int _failures;
    private long _furthest;

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="SteeringException">The attempts are used up, or the host asks for too long a wait.</exception>
    public async Task WaitAsync(HubTransientException failure, CancellationToken cancellationToken)
    {
        if (++_failures > MaximumFailures)
        {
            throw new SteeringException(
                $"{what}: {failure.Message}, {_failures} times in a row. What came so far is kept; run the same command again later, and it goes on from there.", failure);
        }

        var wait = failure.After ?? TimeSpan.FromSeconds(1 << (_failures - 1));
        if (wait > LongestWait)
        {
            throw new SteeringException(
                string.Create(CultureInfo.InvariantCulture, $"{what}: {failure.Message}, and asks to wait {wait.TotalMinutes:F0} minutes. Run the same command again after that; it goes on from there."), failure);
        }

        notice?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{failure.Message}; again in {wait.TotalSeconds:F0} s"));
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes how far the content came: what goes further than ever before gives all attempts back.</summary>
    /// <param name="position">Bytes from the beginning.</param>
    public void Reached(long position)
    {
        if (position >= _furthest + Progress)
        {
            (_furthest, _failures) = (position, 0);
        }
    }
}

/// <summary>An attempt failed in a way that another one may mend: a dropped connection, a busy host.</summary>
/// <param name="message">What happened, as a sentence without its end, for the refusal when the attempts are used up.</param>
/// <param name="after">How long the host asks to wait, or null.</param>
/// <param name="innerException">The failure underneath.</param>
internal sealed class HubTransientException(string message, TimeSpan? after = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the host asks to wait, or null where it does not say.</summary>
    public TimeSpan? After => after;
}
