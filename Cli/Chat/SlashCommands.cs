using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>The commands of a chat, which begin with a slash.</summary>
/// <param name="session">The conversation.</param>
/// <param name="output">Receives one line of text.</param>
internal sealed class SlashCommands(ChatSession session, Action<string> output)
{
    /// <summary>How many edits of a policy are named where it is put in force; 'steer info' lists all.</summary>
    private const int NamedInterventions = 12;

    private static readonly string[] Names = ["/dial", "/watch", "/policy", "/features", "/why", "/save", "/reset", "/help", "/exit"];

    /// <summary>Runs a command line that begins with a slash.</summary>
    /// <returns>False when the chat is to end.</returns>
    /// <exception cref="SteeringException">It cannot be done; the message says why.</exception>
    /// <exception cref="UsageException">It is no command.</exception>
    public bool Run(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var rest = line[words[0].Length..].Trim();
        switch (words[0])
        {
            case "/dial":
                Dial(words[1..]);
                break;
            case "/watch":
                Watch(words[1..]);
                break;
            case "/policy":
                Policy(rest);
                break;
            case "/features":
                new FeatureSearch(session, output).Run(rest);
                break;
            case "/why":
                new ReplyReasons(session, output).Run();
                break;
            case "/save":
                Save(rest);
                break;
            case "/reset":
                session.Reset();
                output("The conversation is forgotten; the dials stay (/dial off takes them away).");
                break;
            case "/help":
                Help();
                break;
            case "/exit" or "/quit":
                return false;
            default:
                throw new UsageException($"'{words[0]}' is no command. Did you mean {Suggestions.For(words[0], Names, 1)}? /help lists all.");
        }

        return true;
    }

    private void Dial(string[] words)
    {
        var board = session.Board;
        switch (words)
        {
            case []:
                output(board.Dials.Count == 0 ? "No dial is set. /dial 4514 2 adds twice its maximum to feature 4514." : string.Join(Environment.NewLine, board.Dials.Select(dial => $"{board.Labels.Name(dial.Target)}  {dial.Words}")));
                return;
            case ["off"]:
                board.Dials.ToList().ForEach(dial => board.Remove(dial.Target));
                output("All dials are off.");
                return;
            case [var feature, "off"]:
                board.Remove(SteeringArguments.ParseFeature(feature));
                output($"The dial on {feature} is off.");
                return;
            case [var feature, "ablate"]:
                Set(feature, DialKind.Ablate, 0);
                return;
            case [var feature, var value]:
                Set(feature, DialKind.Add, Number(value));
                return;
            case [var feature, var kind, var value]:
                Set(feature, Kind(kind), Number(value));
                return;
            default:
                throw new UsageException("Write /dial FEATURE VALUE, /dial FEATURE add|clamp|scale VALUE, /dial FEATURE ablate, or /dial FEATURE off.");
        }
    }

    private void Set(string feature, DialKind kind, float value)
    {
        var dial = session.Board.Set(SteeringArguments.ParseFeature(feature), kind, value);
        var raw = dial.Unit == StrengthUnit.Raw && kind is (DialKind.Add or DialKind.Clamp);
        output($"{session.Board.Labels.Name(dial.Target)}  {dial.Words}{(raw ? $" (raw units: {session.Board.WhyNoMaximum(dial.Target)})" : string.Empty)}");
    }

    private void Watch(string[] words)
    {
        var board = session.Board;
        if (words.Length == 0)
        {
            output(board.Shown.Count == 0 ? "Nothing is watched. /watch 4514 shows the activation of feature 4514." : $"Watched: {string.Join(", ", board.Shown.Select(board.Labels.Name))}.");
            return;
        }

        foreach (var word in words)
        {
            var now = board.ToggleWatch(SteeringArguments.ParseFeature(word));
            output(now ? $"{word} is watched." : $"{word} is no longer watched.");
        }
    }

    private void Policy(string path)
    {
        if (path.Length == 0)
        {
            ListPolicies();
            return;
        }

        if (path == "off")
        {
            session.Board.RemovePolicies();
            output("All policies are off.");
            return;
        }

        var added = SteeringPolicy.Load(session.Board.Shelf.Find(path));
        session.Board.Add(added);
        var more = added.Interventions.Count - NamedInterventions;
        output($"Policy '{added.Name}' is in force: {string.Join("; ", added.Interventions.Take(NamedInterventions).Select(intervention => intervention.DisplayName))}{(more > 0 ? $"; and {more} more" : "")}.");
    }

    private void ListPolicies()
    {
        var (inForce, files) = (session.Board.Policies, session.Board.Shelf.Files);
        output(inForce.Count > 0 ? $"In force: {string.Join(", ", inForce.Select(policy => policy.Name))}."
            : $"No policy is in force. /policy {(files.Count > 0 ? "NAME or FILE" : "FILE")} adds one.");
        foreach (var (name, file) in files)
        {
            output($"  {name}{(SteeringPolicy.Load(file).Description is { } description ? $": {description}" : string.Empty)}");
        }
    }

    private void Save(string path)
    {
        if (path.Length == 0)
        {
            throw new UsageException("Write /save FILE.");
        }

        if (session.Board.Dials.Count == 0)
        {
            throw new SteeringException("There is no dial to save; set one with /dial.");
        }

        var policy = session.Board.ToPolicy(Path.GetFileNameWithoutExtension(path));
        policy.Save(path);
        var saes = string.Join(' ', session.Board.Dials.Select(dial => dial.Target.Sae).Distinct(StringComparer.Ordinal).Select(id => $"--sae {id}=DIR"));
        var beside = session.Board.Policies.Count == 0 ? string.Empty : $" The policies {string.Join(", ", session.Board.Policies.Select(item => $"'{item.Name}'"))} stay in their own files.";
        output($"{path} holds the dials; use it with --policy {path} {saes}.{beside}");
    }

    private void Help() => output(
        """
        /dial 4514 2          add 2 × its maximum activation to feature 4514 (sae#4514 where there are several SAEs)
        /dial 4514 clamp 0.5  hold it there; also: scale 0, ablate, off. /dial lists, /dial off clears
        /watch 4514           show its activation beside the text; again to stop
        /features word        the features whose label holds a word or that fire on it; without a word, on the conversation
        /features 4514        where feature 4514 fires in the conversation
        /why                  the features that fired most on the last reply
        /policy FILE          put a policy in force; /policy lists, /policy off takes all away
        /save FILE            write the dials as a policy
        /reset                forget the conversation      /exit  leave (also Ctrl+D)
        While a reply streams: ↑↓ choose a dial, ←→ turn it, 0 neutral, Esc or Ctrl+C stop the reply.
        """);

    private static DialKind Kind(string word) => word switch
    {
        "add" => DialKind.Add,
        "clamp" => DialKind.Clamp,
        "scale" => DialKind.Scale,
        _ => throw new UsageException($"'{word}' is nothing a dial does; write add, clamp, scale, ablate or off."),
    };

    private static float Number(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
            ? value
            : throw new UsageException($"'{text}' is no number for a dial; write for example 2 or -0.5.");
}
