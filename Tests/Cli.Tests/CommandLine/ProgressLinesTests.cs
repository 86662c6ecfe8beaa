using Steering.Cli.Terminal;

namespace Steering.Tests.Cli.CommandLine;

/// <summary>Progress in a log: by a clock that the test turns.</summary>
[TestClass]
public sealed class ProgressLinesTests
{
    [TestMethod]
    public async Task Log_HasALineAtEveryTenth_AndAtEveryHalfMinuteWithoutAReport()
    {
        var clock = new Clock();
        var text = await Run(clock, progress =>
        {
            progress.Report(new StageProgress("harvesting", 0.05));
            progress.Report(new StageProgress("harvesting", 0.25));
            clock.Turn(11);
            progress.Report(new StageProgress("harvesting", 0.26));
            progress.Report(new StageProgress("harvesting", 0.27));
            progress.Report(new StageProgress("harvesting", 0.31));
            clock.Turn(31);
            clock.Turn(31);
            progress.Report(new StageProgress("measuring", 1));
        });
        Assert.AreEqual("harvesting: 26 % after 0:11 min\nharvesting: 31 % after 0:11 min\nharvesting: 31 % after 0:42 min\nharvesting: 31 % after 1:13 min\nmeasuring: 100 % after 1:13 min\n", text);
    }

    [TestMethod]
    public async Task WhatIsQuick_SaysNothing()
    {
        var clock = new Clock();
        Assert.AreEqual(string.Empty, await Run(clock, progress =>
        {
            progress.Report(new StageProgress("reading", 0.5));
            clock.Turn(5);
            progress.Report(new StageProgress("reading", 1));
        }));
        clock.Turn(100);
        Assert.AreEqual(0, clock.Timers, "the lines end with the work");
    }

    private static async Task<string> Run(Clock clock, Action<IProgress<StageProgress>> work)
    {
        using var error = new StringWriter();
        using var interrupts = new Interrupts();
        var console = new CliConsole
        {
            Input = TextReader.Null,
            Output = TextWriter.Null,
            Error = error,
            Terminal = CliConsole.Create(TextWriter.Null, redirected: true),
            ErrorTerminal = CliConsole.Create(error, redirected: true),
            Interrupts = interrupts,
            IsInteractive = false,
            ShowsProgress = false,
            Time = clock,
        };
        await ProgressDisplay.RunAsync(console, "beginning", progress =>
        {
            work(progress);
            return true;
        });
        return error.ToString().ReplaceLineEndings("\n");
    }

    private sealed class Clock : TimeProvider
    {
        private readonly List<Alarm> _alarms = [];
        private long _now;

        public int Timers => _alarms.Count;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var alarm = new Alarm(this, callback, state);
            _alarms.Add(alarm);
            return alarm;
        }

        public void Turn(int seconds)
        {
            _now += seconds * TimeSpan.TicksPerSecond;
            _alarms.ForEach(alarm => alarm.Ring());
        }

        private sealed class Alarm(Clock owner, TimerCallback callback, object? state) : ITimer
        {
            public void Ring() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => owner._alarms.Remove(this);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
