using System.CommandLine;
using Steering.Analysis.Behaviours;
using Steering.Analysis.Judges;
using Steering.Tokenizers;

namespace Steering.Cli.CommandLine;

/// <summary>Traces of reasoning, and what their steps are: options of the commands of <c>steer reason</c>.</summary>
internal sealed class TraceArguments
{
    private readonly Option<string> _text = new("--text") { Description = "Traces: JSON lines with a text, whose steps end at blank lines.", HelpName = "FILE", Required = true };
    private readonly Option<string?> _field = Values.Path("--field", $"Field of the text; {ReasoningTraces.DefaultField} unless given.", "NAME");
    private readonly Option<string?> _labels = Values.Path("--labels", "Field with a list of labels, one a step, several of one separated by |, empty for none.", "NAME");
    private readonly Option<string[]> _words = new("--words") { Description = "Words of a behaviour, as BEHAVIOUR=word,another word: its label where nothing else labels steps, else its rival; may be repeated.", HelpName = "LIST" };
    private readonly Option<string[]> _judges = new("--judge") { Description = "A classifier that labels steps, made by 'steer judge train', as BEHAVIOUR=FILE; may be repeated.", HelpName = "JUDGE" };
    private readonly Option<int> _window = Values.Whole("--window", "Longest trace in tokens; the rest is cut off.", 2, 1024);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public TraceArguments AddTo(Command command)
    {
        foreach (var option in (Option[])[_text, _field, _labels, _words, _judges, _window])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (Given(_labels) && Given(_judges))
            {
                result.AddError("--labels and --judge both label steps; give one of them.");
            }

            if (!Given(_labels) && !Given(_judges) && !Given(_words))
            {
                result.AddError("Nothing says what the steps are: give --labels, --judge or --words.");
            }
        });
        return this;
    }

    /// <summary>Name of the file.</summary>
    public string Name(ParseResult parsed) => Path.GetFileName(parsed.GetRequiredValue(_text));

    /// <summary>Word lists, or null.</summary>
    public StepWords? Words(ParseResult parsed) => parsed.GetValue(_words) is { Length: > 0 } lists ? StepWords.Parse(lists) : null;

    /// <summary>Where labels come from, in words.</summary>
    public string Source(ParseResult parsed) => parsed.GetValue(_labels) is { } field ? $"field '{field}'" : parsed.GetValue(_judges) is { Length: > 0 } ? "classifiers" : "word lists";

    /// <summary>Reads and cuts the traces.</summary>
    public IReadOnlyList<CutTrace> Read(ParseResult parsed, ITextTokenizer tokenizer, CancellationToken cancellationToken) =>
        [.. ReasoningTraces.Read(parsed.GetRequiredValue(_text), parsed.GetValue(_field), parsed.GetValue(_labels), cancellationToken).Select(trace => CutTrace.Of(trace, tokenizer, parsed.GetValue(_window)))];

    /// <summary>Labels the steps.</summary>
    public StepLabels Label(ParseResult parsed, IReadOnlyList<CutTrace> traces)
    {
        if (parsed.GetValue(_labels) is not null)
        {
            return StepLabels.Of(traces, StepLabels.FromFile);
        }

        if (parsed.GetValue(_judges) is { Length: > 0 } judges)
        {
            var classifiers = judges.Select(Classifier).ToArray();
            return StepLabels.Of(traces, (trace, step) => [.. classifiers.Where(judge => judge.Classifier.Score(trace.Text(step)) >= 0.5).Select(judge => judge.Label)]);
        }

        var words = Words(parsed)!;
        return StepLabels.Of(traces, (trace, step) => words.LabelsOf(trace.Text(step)));
    }

    private static (string Label, TextClassifier Classifier) Classifier(string given)
    {
        var at = given.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (given[..at], TextClassifier.Load(given[(at + 1)..]))
            : throw new SteeringException($"--judge {given}: write BEHAVIOUR=FILE, the file made by 'steer judge train'.");
    }
}
