using Spectre.Console;

namespace Steering.Cli.Chat;

/// <summary>Turns dials by keys while a reply streams.</summary>
internal static class DialKeys
{
    /// <summary>Listens until cancelled.</summary>
    /// <param name="input">The keys.</param>
    /// <param name="board">The dials.</param>
    /// <param name="stop">Stops the reply.</param>
    /// <param name="notice">Receives what could not be done, or null.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    public static async Task ListenAsync(IAnsiConsoleInput input, DialBoard board, Action stop, Action<string?> notice, CancellationToken cancellationToken)
    {
        try
        {
            while (await input.ReadKeyAsync(intercept: true, cancellationToken) is { } key)
            {
                Act(key, board, stop, notice);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The reply has ended: so has the listening.
        }
    }

    private static void Act(ConsoleKeyInfo key, DialBoard board, Action stop, Action<string?> notice)
    {
        try
        {
            notice(null);
            switch (key.Key)
            {
                case ConsoleKey.UpArrow:
                    board.Select(-1);
                    break;
                case ConsoleKey.DownArrow or ConsoleKey.Tab:
                    board.Select(1);
                    break;
                case ConsoleKey.LeftArrow:
                    board.Turn(-1);
                    break;
                case ConsoleKey.RightArrow:
                    board.Turn(1);
                    break;
                case ConsoleKey.Escape:
                    stop();
                    break;
                default:
                    if (key.KeyChar is '+' or '-')
                    {
                        board.Turn(key.KeyChar == '+' ? 1 : -1);
                    }
                    else if (key.KeyChar == '0')
                    {
                        board.Turn(0);
                    }

                    break;
            }
        }
        catch (SteeringException exception)
        {
            notice(exception.Message);
        }
    }
}
