using System.CommandLine;
using System.Runtime.CompilerServices;
using Steering.IO;

namespace Steering.Cli.CommandLine;

/// <summary>
/// What a command makes: two of them at once must not write over each other, a place that cannot be written is refused before
/// the work, and one that is interrupted says what is kept and how to go on.
/// </summary>
internal static class CommandOutput
{
    private const int LongestCommand = 300;

    private static readonly ConditionalWeakTable<Command, Traits> Known = [];

    /// <summary>Declares a file that the command writes; null where it writes none.</summary>
    public static Command WritesFile(this Command command, Func<ParseResult, string?> path)
    {
        Known.GetOrCreateValue(command).Files.Add(path);
        return command;
    }

    /// <summary>Declares a folder that the command makes, which appears when it is whole; null where it makes none.</summary>
    public static Command MakesFolder(this Command command, Func<ParseResult, string?> path)
    {
        Known.GetOrCreateValue(command).Folders.Add(path);
        return command;
    }

    /// <summary>Declares what an interrupted run keeps; null where it keeps nothing.</summary>
    public static Command Keeps(this Command command, Func<ParseResult, Kept?> kept)
    {
        Known.GetOrCreateValue(command).Kept = kept;
        return command;
    }

    /// <summary>Declares that there is nothing to keep: what the command says, it says at once.</summary>
    public static Command AnswersAtOnce(this Command command)
    {
        Known.GetOrCreateValue(command).AnswersAtOnce = true;
        return command;
    }

    /// <summary>Locks what a command makes.</summary>
    /// <exception cref="SteeringException">Another process makes it, or it cannot be written.</exception>
    public static IDisposable Lock(Command command, ParseResult parsed)
    {
        var held = new HeldLocks();
        if (!Known.TryGetValue(command, out var traits))
        {
            return held;
        }

        try
        {
            foreach (var path in traits.Files.Select(file => file(parsed)).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                RequireFile(path);
                held.Add(FolderLock.Beside(path));
            }

            // Where the folder that holds it is to be made too, nobody else is there.
            foreach (var path in traits.Folders.Select(folder => folder(parsed)).OfType<string>().Where(path => Directory.Exists(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))))))
            {
                held.Add(FolderLock.Beside(path));
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>What an interrupted command says.</summary>
    public static string Interruption(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var traits = Known.TryGetValue(command, out var known) ? known : null;
        if (command.Action is null || traits is { AnswersAtOnce: true })
        {
            return "cancelled.";
        }

        return traits?.Kept?.Invoke(parsed) is { } kept
            ? $"cancelled; {kept.What}. Go on with: {CommandText(parsed, kept.Option)}"
            : $"cancelled; nothing was kept. Begin again with: {CommandText(parsed, null)}";
    }

    private static string CommandText(ParseResult parsed, string? option)
    {
        string[] words = [RootOptions.ProgramName, .. parsed.Tokens.Select(token => token.Value)];
        string[] all = option is null || words.Contains(option, StringComparer.Ordinal) ? words : [.. words, option];
        var text = string.Join(' ', all.Select(Quoted));
        return text.Length <= LongestCommand ? text : option is null ? "the same command" : $"the same command and {option}";
    }

    private static string Quoted(string word)
    {
        if (word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_=./:,@%+\\".Contains(letter, StringComparison.Ordinal)))
        {
            return word;
        }

        return OperatingSystem.IsWindows() ? $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static void RequireFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SteeringException($"{path} cannot be written: a folder has that name. Choose another name, or a file in it.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new SteeringException($"{path} cannot be written: its folder does not exist. Create the folder first.");
        }
    }

    private sealed class Traits
    {
        public List<Func<ParseResult, string?>> Files { get; } = [];

        public List<Func<ParseResult, string?>> Folders { get; } = [];

        public Func<ParseResult, Kept?>? Kept { get; set; }

        public bool AnswersAtOnce { get; set; }
    }

    private sealed class HeldLocks : IDisposable
    {
        private readonly List<FolderLock> _locks = [];

        public void Add(FolderLock held) => _locks.Add(held);

        public void Dispose() => _locks.ForEach(held => held.Dispose());
    }
}

/// <summary>What an interrupted command keeps.</summary>
/// <param name="What">What is kept and where, as the middle of a sentence.</param>
/// <param name="Option">Option that goes on from it, or null where the same command does.</param>
internal sealed record Kept(string What, string? Option = null);
