using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Steering.Training.Trainer;

namespace Steering.Cli.Training;

/// <summary>What is shown while autoencoders train: one row each, and how far the run is.</summary>
internal static class TrainingBoard
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs work and redraws the board while it runs; lines where an output is redirected.</summary>
    /// <param name="console">Where to draw.</param>
    /// <param name="run">The run that is worked on.</param>
    /// <param name="work">Receives where to report.</param>
    public static Task RunAsync(Terminal.CliConsole console, TrainingRun run, Action<IProgress<IReadOnlyList<TrainingStep>>> work)
    {
        var started = run.Trainers[0].StepsDone;
        return !console.ShowsProgress
            ? Terminal.ProgressDisplay.RunAsync(console, "training", progress => Run(() => work(new Lines(progress, run.Members[0].Options.Steps))))
            : console.ErrorTerminal.Live(new Text("waiting for activations")).AutoClear(true).StartAsync(context =>
                Task.Run(() => work(new Watcher(seen => context.UpdateTarget(Of(run.Members, seen.Steps, started, seen.Elapsed))))));
    }

    /// <summary>The board.</summary>
    /// <param name="members">What is trained.</param>
    /// <param name="steps">What the last step of each showed.</param>
    /// <param name="started">Steps that an earlier run had done.</param>
    /// <param name="elapsed">Time since this run began.</param>
    public static IRenderable Of(IReadOnlyList<TrainingMember> members, IReadOnlyList<TrainingStep> steps, long started, TimeSpan elapsed)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("training");
        foreach (var head in (string[])["FVU", "L0", "dead", "loss", "gradient", "learning rate"])
        {
            table.AddColumn(new TableColumn(head).RightAligned().NoWrap());
        }

        for (var i = 0; i < members.Count; i++)
        {
            var step = steps[i];
            table.AddRow([new Text(members[i].Name), .. new[] { Number(step.FractionUnexplained, "F4"), Number(step.L0, "0.0"), Number(step.Dead, "N0"), Number(step.Loss, "G4"), Number(step.GradientNorm, "G3"), Number(step.LearningRate, "0.0e0") }.Select(cell => new Text(cell))]);
        }

        var (options, first) = (members[0].Options, steps[0]);
        var done = first.Step - started;
        var left = TimeSpan.FromSeconds(done == 0 ? 0 : elapsed.TotalSeconds / done * (options.Steps - first.Step));
        var rate = elapsed > TimeSpan.Zero ? done * options.BatchSize / elapsed.TotalSeconds : 0;
        var bar = new BreakdownChart().Width(60).HideTags().AddItem("done", first.Step, Color.Green).AddItem("left", options.Steps - first.Step, Color.Grey);
        return new Rows(table, bar, new Text(string.Create(CultureInfo.InvariantCulture, $"step {first.Step:N0} of {options.Steps:N0}, {first.Tokens:N0} tokens, {rate:N0} tokens/s, {left:hh\\:mm\\:ss} left")));
    }

    private static bool Run(Action work)
    {
        work();
        return true;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed class Lines(IProgress<Terminal.StageProgress> progress, long all) : IProgress<IReadOnlyList<TrainingStep>>
    {
        public void Report(IReadOnlyList<TrainingStep> value) => progress.Report(new Terminal.StageProgress(
            string.Create(CultureInfo.InvariantCulture, $"training, step {value[0].Step:N0} of {all:N0}, FVU {value.Min(step => step.FractionUnexplained):F4}"),
            (double)value[0].Step / all));
    }

    private sealed class Watcher(Action<Watcher.Seen> draw) : IProgress<IReadOnlyList<TrainingStep>>
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private long _drawn;

        public void Report(IReadOnlyList<TrainingStep> value)
        {
            if (_drawn != 0 && Stopwatch.GetElapsedTime(_drawn) < Interval)
            {
                return;
            }

            _drawn = Stopwatch.GetTimestamp();
            draw(new Seen(value, Stopwatch.GetElapsedTime(_start)));
        }

        internal sealed record Seen(IReadOnlyList<TrainingStep> Steps, TimeSpan Elapsed);
    }
}
