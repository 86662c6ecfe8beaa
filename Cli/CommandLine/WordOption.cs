using System.CommandLine;
using System.CommandLine.Parsing;

namespace Steering.Cli.CommandLine;

/// <summary>An option that takes one of a few words, the lower-case names of an enumeration.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class WordOption<T> : Option<string>
    where T : struct, Enum
{
    private static readonly string[] Words = [.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())];

    private readonly T _standard;

    /// <param name="name">Name of the option.</param>
    /// <param name="description">What it decides.</param>
    /// <param name="standard">What holds unless it is given.</param>
    public WordOption(string name, string description, T standard)
        : base(name)
    {
        _standard = standard;
        Description = description;
        HelpName = string.Join('|', Words);
        DefaultValueFactory = _ => standard.ToString().ToLowerInvariant();
        Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Words.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"{name} is '{token.Value}'; it must be {string.Join(" or ", Words)}.");
            }
        });
    }

    /// <summary>The word that was given.</summary>
    public T Value(ParseResult parsed) => Enum.Parse<T>(parsed.GetRequiredValue(this), ignoreCase: true);

    /// <summary>The word that was given, while the command line is checked; null where it is none of the words.</summary>
    public T? Chosen(CommandResult result) =>
        result.GetResult(this) is not { Tokens: [var token] } ? _standard : Enum.TryParse<T>(token.Value, ignoreCase: true, out var word) ? word : null;
}
