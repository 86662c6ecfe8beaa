using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using Steering.Cli.Terminal;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>Draws a reply while it streams: the text, and beside it the dials with the activations of the features.</summary>
/// <param name="console">The terminal.</param>
/// <param name="board">The dials.</param>
internal sealed class ReplyView(CliConsole console, DialBoard board)
{
    private const int NarrowestText = 30;
    private const int Gap = 2;
    private const int WidestSpark = 48;
    private const int SummaryNumbers = 28;

    /// <summary>A panel beside the text: what else stands in it takes 30 cells. The labels go before the bars do.</summary>
    private static readonly (int Label, int Bar)[] Panels = [(20, 10), (12, 6), (0, 10)];

    private readonly StringBuilder _text = new();
    private readonly ActivationHistory _history = new(board);
    private string? _notice;

    /// <summary>Draws tokens as they come, until they end.</summary>
    /// <param name="tokens">The reply.</param>
    /// <param name="stop">Stops the reply.</param>
    /// <returns>The whole text.</returns>
    public async Task<string> ShowAsync(IAsyncEnumerable<ReplyToken> tokens, Action stop)
    {
        using var keys = new CancellationTokenSource();
        var listening = DialKeys.ListenAsync(console.Terminal.Input, board, stop, notice => _notice = notice, keys.Token);
        try
        {
            if (board.Shown.Count == 0)
            {
                var wrapper = new WordWrapper(piece => console.Terminal.Write(new Text(piece)), console.Terminal.Profile.Width);
                await foreach (var token in tokens)
                {
                    _text.Append(token.Text);
                    wrapper.Write(token.Text);
                }

                wrapper.Flush();
                console.Terminal.WriteLine();
            }
            else
            {
                await DrawAsync(tokens);
            }
        }
        finally
        {
            await keys.CancelAsync();
            await listening;
        }

        return _text.ToString();
    }

    /// <summary>One line a feature: what it did over the reply.</summary>
    public IEnumerable<string> Summary() => _history.Summed.Select(feature => string.Create(
        CultureInfo.InvariantCulture,
        $"{board.Labels.Name(feature)}  {_history.Spark(feature, Math.Clamp(console.Terminal.Profile.Width - SummaryNumbers - WordWrap.Cells(board.Labels.Name(feature)), 0, WidestSpark))}  max {_history.Largest(feature):0.##}, mean {_history.Mean(feature):0.##}"));

    private async Task DrawAsync(IAsyncEnumerable<ReplyToken> tokens)
    {
        await console.Terminal.Live(Text.Empty).AutoClear(true).StartAsync(async live =>
        {
            try
            {
                await foreach (var token in tokens)
                {
                    _text.Append(token.Text);
                    _history.Add(token);
                    live.UpdateTarget(Frame());
                }
            }
            finally
            {
                live.UpdateTarget(Text.Empty);
            }
        });
        console.Terminal.Write(new Text(_text.ToString()));
        console.Terminal.WriteLine();
        foreach (var line in Summary())
        {
            console.Terminal.Write(new Text(line + Environment.NewLine, new Style(Color.Grey)));
        }
    }

    private Grid Frame()
    {
        var lines = Math.Max(3, console.Terminal.Profile.Height - 2);
        var width = console.Terminal.Profile.Width;
        var labelled = board.Shown.Any(feature => Label(feature) is not null);
        var grid = new Grid();
        foreach (var (label, bar) in Panels.Where(panel => labelled || panel.Label == 0))
        {
            var beside = 30 + label + bar;
            if (width >= NarrowestText + Gap + beside)
            {
                grid.AddColumn(new GridColumn { Width = width - beside - Gap, Padding = new Padding(0, 0, Gap, 0) });
                grid.AddColumn(new GridColumn { Width = beside, Padding = new Padding(0, 0, 0, 0) });
                return grid.AddRow(new Tail(new Text(_text.ToString()), lines), new Tail(Panel(label, bar), lines));
            }
        }

        var panel = board.Shown.Count + 1;
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        return grid.AddRow(new Tail(new Text(_text.ToString()), Math.Max(3, lines - panel))).AddRow(Panel(0, Panels[^1].Bar));
    }

    private string? Label(FeatureTarget feature) => board.Labels.Of(feature.Sae, feature.Features[0]);

    private Rows Panel(int labelWidth, int barWidth)
    {
        var dials = board.Dials;
        var lines = new List<IRenderable>();
        foreach (var feature in board.Shown)
        {
            var dial = dials.Index().FirstOrDefault(candidate => candidate.Item.Target == feature);
            var chosen = dial.Item is not null && dial.Index == board.Selected;
            var line = string.Create(CultureInfo.InvariantCulture, $"{(chosen ? '›' : ' ')}{feature.Features[0],6} {Fitted(Label(feature), labelWidth)}{_history.Bar(feature, barWidth)} {_history.Latest(feature),6:0.#} {dial.Item?.Words}");
            lines.Add(new Text(line, new Style(chosen ? Color.Aqua : Color.Default)) { Overflow = Overflow.Ellipsis });
        }

        lines.Add(new Text(_notice ?? (dials.Count > 0 ? "↑↓ choose ←→ turn 0 off Esc stop" : "Esc stop"), new Style(Color.Grey)) { Overflow = Overflow.Ellipsis });
        return new Rows(lines);
    }

    private static string Fitted(string? label, int width) =>
        width == 0 ? string.Empty : (label ?? string.Empty) is { Length: var length } text && length < width ? text.PadRight(width) : $"{label![..(width - 2)]}… ";
}
