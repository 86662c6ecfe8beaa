namespace Steering.Export.Hub;

/// <summary>Adds up how far all files are, and reports it.</summary>
/// <param name="progress">Where to; may be null.</param>
internal sealed class PullMeter(IProgress<HubPullProgress>? progress)
{
    // A report a mebibyte is enough for any eye.
    private const long Step = 1 << 20;

    private long _done;
    private long _reported = -Step;
    private string _stage = string.Empty;

    /// <summary>Bytes of all files.</summary>
    public long Total { get; set; }

    /// <summary>Bytes of contents that came over the network.</summary>
    public long Received { get; private set; }

    /// <summary>Says what is being done.</summary>
    public void Say(string stage)
    {
        _stage = stage;
        progress?.Report(new HubPullProgress(_stage, _done, Total));
    }

    /// <summary>Says something for once; the stage stays.</summary>
    public void Notice(string text) => progress?.Report(new HubPullProgress(text, _done, Total));

    /// <summary>Counts bytes that came over the network.</summary>
    public void Receive(long bytes)
    {
        Received += bytes;
        Add(bytes);
    }

    /// <summary>Counts bytes that were there already, or takes away those that were thrown away.</summary>
    public void Add(long bytes)
    {
        _done += bytes;
        if (Math.Abs(_done - _reported) >= Step || _done == Total)
        {
            _reported = _done;
            Say(_stage);
        }
    }
}
