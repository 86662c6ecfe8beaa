using System.CommandLine;
using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Saes;

namespace Steering.Cli.CommandLine;

/// <summary>How a text is read, cut into windows and harvested: options of every command that harvests.</summary>
internal sealed class HarvestArguments
{
    private readonly Option<string?> _field = Values.Path("--field", "Field or column that holds the text (or the messages); text (or messages) unless given.", "NAME");
    private readonly WordOption<TextFormat> _format = new("--format", "Format of the text; from the file's ending unless given.", TextFormat.Auto);
    private readonly WordOption<TextUnit> _unit = new("--unit", "What is one document in a plain text.", TextUnit.File);
    private readonly Option<bool> _chat = new("--chat") { Description = "Read conversations, apply the model's chat template, and give each a window of its own." };
    private readonly Option<int> _window = Values.Whole("--window", "Tokens of a window; the most tokens of a conversation.", 2, TokenWindowOptions.DefaultLength);
    private readonly WordOption<BosPlacement> _bos = new("--bos", "Where to put the beginning-of-sequence token.", BosPlacement.None);
    private readonly Option<int> _batch = Values.Whole("--batch", "Tokens of a forward pass.", 1, 2048);
    private readonly Option<bool> _keepFirst = new("--keep-first") { Description = "Keep the first token of every window, which is left out otherwise." };
    private readonly Option<float?> _massive = Values.OptionalReal("--massive", "Leave out tokens whose norm is above this many medians; 0 keeps all, 10 unless given.", 0, 1e6f);

    /// <summary>Adds the options to a command.</summary>
    public HarvestArguments AddTo(Command command)
    {
        foreach (var option in (Option[])[_field, _format, _unit, _chat, _window, _bos, _batch, _keepFirst, _massive])
        {
            command.Options.Add(option);
        }

        return this;
    }

    /// <summary>Options with what was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Model, site, text and where to.</param>
    /// <param name="maximumTokens">Stop after so many tokens; 0 for the whole text.</param>
    public ActivationSourceOptions Apply(ParseResult parsed, ActivationSourceOptions options, long maximumTokens = 0) => options with
    {
        Corpus = new TextCorpusOptions { Format = _format.Value(parsed), Field = parsed.GetValue(_field), Unit = _unit.Value(parsed) },
        Windows = new TokenWindowOptions { Length = parsed.GetValue(_window), Bos = _bos.Value(parsed), Chat = parsed.GetValue(_chat) },
        Harvest = new HarvestOptions
        {
            Exclusion = new TokenExclusion(!parsed.GetValue(_keepFirst), parsed.GetResult(_massive) is null ? TokenExclusion.Default.MassiveFactor : parsed.GetValue(_massive)!.Value),
            BatchTokens = parsed.GetValue(_batch),
            MaximumTokens = maximumTokens,
        },
    };
}
