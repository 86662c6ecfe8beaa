using Spectre.Console;

namespace Steering.Cli.Terminal;

/// <summary>Shows how far long work has come: a bar at a terminal, lines where an output is redirected.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work on another thread and draws a bar while it runs.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="console">Where to draw.</param>
    /// <param name="title">What is being done, until the work reports better.</param>
    /// <param name="work">Receives where to report.</param>
    public static Task<T> RunAsync<T>(CliConsole console, string title, Func<IProgress<StageProgress>, T> work) =>
        RunTaskAsync(console, title, progress => Task.Run(() => work(progress)));

    /// <summary>Runs work that waits for others, such as a network, and draws a bar while it runs.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="console">Where to draw.</param>
    /// <param name="title">What is being done, until the work reports better.</param>
    /// <param name="work">Receives where to report.</param>
    public static async Task<T> RunTaskAsync<T>(CliConsole console, string title, Func<IProgress<StageProgress>, Task<T>> work)
    {
        if (!console.ShowsProgress)
        {
            using var lines = new ProgressLines(console, title);
            return await work(lines);
        }

        return await console.ErrorTerminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Bar(context.AddTask(Markup.Escape(title), maxValue: 1))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
            task.Description = Markup.Escape(value.Stage);
            task.Value = Math.Clamp(value.Fraction, 0, 1);
        }
    }
}
