using System.CommandLine;
using Steering.Analysis.Concepts;
using Steering.Cli.CommandLine;

namespace Steering.Cli.Concepts;

/// <summary>Which labelled texts a command reads, and how.</summary>
/// <param name="required">Whether the command cannot do without.</param>
/// <param name="use">What they are for, where they may be left out.</param>
internal sealed class LabelledTextArguments(bool required, string use = "")
{
    private readonly Option<string[]> _text = new("--text") { Description = $"Labelled texts{use} (.jsonl, .csv, .tsv, .parquet), or LABEL=FILE, a text a line; may be repeated.", HelpName = "FILE", Required = required };
    private readonly Option<string?> _field = Values.Path("--field", "Field or column of the text; text unless given.", "NAME");
    private readonly Option<string?> _label = Values.Path("--label", $"Field or column of the labels; {LabelledCorpus.DefaultLabelField} unless given. Several labels are separated by |. In JSON lines it may hold spans or a label for each step.", "NAME");
    private readonly Option<string?> _outside = Values.Path("--outside", "Label of the tokens outside of labelled spans or steps, which are left out otherwise.", "NAME");
    private readonly Option<int> _window = Values.Whole("--window", "Longest text in tokens; the rest is cut off.", 2, new ConceptFitOptions().MaximumTokens);

    /// <summary>The option of the files.</summary>
    public Option Files => _text;

    /// <summary>The options that say how they are read.</summary>
    public IReadOnlyList<Option> Reading => [_field, _label, _outside, _window];

    /// <summary>Adds the options to a command.</summary>
    public LabelledTextArguments AddTo(Command command)
    {
        foreach (var option in (IEnumerable<Option>)[_text, .. Reading])
        {
            command.Options.Add(option);
        }

        return this;
    }

    /// <summary>The texts.</summary>
    /// <exception cref="SteeringException">A file cannot be read or told apart.</exception>
    public LabelledCorpus Corpus(ParseResult parsed) => new(parsed.GetValue(_text) ?? [], parsed.GetValue(_field), parsed.GetValue(_label));

    /// <summary>How they are read.</summary>
    public ConceptFitOptions Options(ParseResult parsed) => new() { MaximumTokens = parsed.GetValue(_window), Outside = parsed.GetValue(_outside) };
}
