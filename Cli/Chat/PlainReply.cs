using System.Globalization;

namespace Steering.Cli.Chat;

/// <summary>Writes a reply where there is no terminal: the text as it comes, then one line a shown feature.</summary>
internal static class PlainReply
{
    /// <summary>Writes the reply.</summary>
    public static async Task ShowAsync(TextWriter output, DialBoard board, IAsyncEnumerable<ReplyToken> tokens)
    {
        var history = new ActivationHistory(board);
        await foreach (var token in tokens)
        {
            history.Add(token);
            await output.WriteAsync(token.Text);
            await output.FlushAsync();
        }

        await output.WriteLineAsync();
        foreach (var feature in history.Summed)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"[{board.Labels.Name(feature)}: max {history.Largest(feature):0.##}, mean {history.Mean(feature):0.##}]"));
        }
    }
}
