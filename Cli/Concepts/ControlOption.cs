using System.CommandLine;

namespace Steering.Cli.Concepts;

/// <summary><c>--control</c>: one or several kinds of control.</summary>
internal sealed class ControlOption : Option<string[]>
{
    private static readonly Dictionary<string, ControlKind> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["random-latent"] = ControlKind.RandomLatent,
        ["random-direction"] = ControlKind.RandomDirection,
        ["shuffled-labels"] = ControlKind.ShuffledLabels,
    };

    public ControlOption()
        : base("--control")
    {
        Description = "Set a control beside the features: other latents that fire as often, random directions, or what the same choice finds under shuffled labels; may be repeated.";
        HelpName = string.Join('|', Words.Keys);
        Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !Words.ContainsKey(token.Value)))
            {
                result.AddError($"--control is '{token.Value}'; it must be {string.Join(" or ", Words.Keys)}.");
            }
        });
    }

    /// <summary>The word of a kind.</summary>
    public static string Word(ControlKind kind) => Words.First(entry => entry.Value == kind).Key;

    /// <summary>The kind of a word, or null for a word that is none.</summary>
    public static ControlKind? Kind(string word) => Words.TryGetValue(word, out var kind) ? kind : null;

    /// <summary>The kinds that were given, each once.</summary>
    public IReadOnlyList<ControlKind> Kinds(ParseResult parsed) => [.. (parsed.GetValue(this) ?? []).Select(word => Words[word]).Distinct().Order()];
}
