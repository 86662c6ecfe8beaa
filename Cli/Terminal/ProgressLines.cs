using System.Globalization;

namespace Steering.Cli.Terminal;

/// <summary>
/// Progress where there is no terminal to draw on: plain lines on standard error, so that a log shows that work goes on. The
/// first comes after a while, so that what is quick says nothing; then one at every tenth of the work, and one at least every
/// half minute, whether or not the work reports.
/// </summary>
internal sealed class ProgressLines : IProgress<StageProgress>, IDisposable
{
    /// <summary>How long there is no line.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>Longest time between two lines after that.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const int Steps = 10;

    private readonly CliConsole _console;
    private readonly long _start;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private StageProgress _last;
    private int _step;
    private long _written;

    /// <param name="console">Where to, and whose clock.</param>
    /// <param name="title">What is being done, until the work reports better.</param>
    public ProgressLines(CliConsole console, string title)
    {
        (_console, _last) = (console, new StageProgress(title, 0));
        _start = _written = console.Time.GetTimestamp();
        _timer = console.Time.CreateTimer(_ => Remind(), state: null, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Report(StageProgress value)
    {
        lock (_lock)
        {
            var step = (int)(Math.Clamp(value.Fraction, 0, 1) * Steps);
            var next = step > _step || (step < _step && value.Stage != _last.Stage);
            _last = value;
            if (_console.Time.GetElapsedTime(_start) < Quiet)
            {
                return;
            }

            if (next || _console.Time.GetElapsedTime(_written) >= Interval)
            {
                _step = step;
                Write();
            }
        }
    }

    /// <summary>Ends the lines.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer.Dispose();
        }
    }

    private void Remind()
    {
        lock (_lock)
        {
            if (_console.Time.GetElapsedTime(_written) >= Interval)
            {
                Write();
            }
        }
    }

    private void Write()
    {
        _written = _console.Time.GetTimestamp();
        var elapsed = _console.Time.GetElapsedTime(_start);
        _console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_last.Stage}: {100 * Math.Clamp(_last.Fraction, 0, 1):0} % after {(int)elapsed.TotalMinutes}:{elapsed.Seconds:00} min"));
    }
}
