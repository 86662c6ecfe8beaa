using System.Runtime.ExceptionServices;

namespace Steering.Training.Torch;

/// <summary>Tells the user what is going on when something takes long. What the notice throws reaches the caller: on the timer's thread it would end the process.</summary>
internal static class LateNotice
{
    /// <summary>Works, and gives the notice if that takes longer.</summary>
    /// <param name="work">What may take long.</param>
    /// <param name="patience">How long it may take without a notice.</param>
    /// <param name="notice">Given once at most, on another thread, and never after this has returned; or null.</param>
    public static void During(Action work, TimeSpan patience, Action? notice)
    {
        ExceptionDispatchInfo? failure = null;
        var timer = new Timer(
            _ =>
            {
                try
                {
                    notice?.Invoke();
                }
#pragma warning disable CA1031 // Thrown on below.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            state: null,
            patience,
            Timeout.InfiniteTimeSpan);
        try
        {
            work();
        }
        finally
        {
            // Dispose alone does not wait for a notice that is being given.
            timer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        failure?.Throw();
    }
}
