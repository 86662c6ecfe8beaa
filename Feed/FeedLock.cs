namespace Steering.Feed;

/// <summary>Lets one process at a time prepare the feed; ends with the process that holds it.</summary>
internal sealed class FeedLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private FeedLock(FileStream file) => _file = file;

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <param name="path">Lock file; its folder must exist.</param>
    /// <param name="waiting">Called once when somebody else holds the lock.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<FeedLock> TakeAsync(string path, Action waiting, CancellationToken cancellation)
    {
        var told = false;
        using var timer = new PeriodicTimer(Pause);
        while (true)
        {
            try
            {
                return new FeedLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                {
                    waiting();
                    told = true;
                }
            }

            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    public void Dispose() => _file.Dispose();
}
