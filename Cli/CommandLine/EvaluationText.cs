using System.CommandLine;
using Steering.Analysis.Corpora;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Windows;
using Steering.Models;

namespace Steering.Cli.CommandLine;

/// <summary>The text on which something is measured, as windows of tokens.</summary>
internal sealed class EvaluationText
{
    private readonly Option<string?> _text = Values.Path("--text", "Text: .txt, .jsonl, .csv, .tsv, .parquet, or - for standard input.", "FILE", required: true);
    private readonly Option<string?> _field = Values.Path("--field", "Field or column that holds the text.", "NAME");
    private readonly Option<bool> _chat = new("--chat") { Description = "Read conversations and apply the chat template." };
    private readonly Option<int> _window = Values.Whole("--window", "Tokens of one window.", 2, TokenWindowOptions.DefaultLength);
    private readonly WordOption<BosPlacement> _bos = new("--bos", "Where the beginning-of-sequence token goes.", BosPlacement.None);

    /// <summary>Adds the options to a command.</summary>
    public EvaluationText AddTo(Command command)
    {
        foreach (var option in (Option[])[_text, _field, _chat, _window, _bos])
        {
            command.Options.Add(option);
        }

        return this;
    }

    /// <summary>What the text is called.</summary>
    public string Name(ParseResult parsed) => parsed.GetRequiredValue(_text) is TextCorpus.StandardInput ? "standard input" : Path.GetFileName(parsed.GetRequiredValue(_text)!);

    /// <summary>The windows.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="modelFolder">Folder of the tokenizer.</param>
    /// <param name="model">What the folder may load.</param>
    /// <param name="maximum">Largest number of windows; 0 for all.</param>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <exception cref="SteeringException">The text cannot be read, or is shorter than one window.</exception>
    public IReadOnlyList<EvaluationWindow> Read(ParseResult parsed, string modelFolder, SteerableModelOptions model, int maximum, CancellationToken cancellationToken)
    {
        var chat = parsed.GetValue(_chat);
        var corpus = TextCorpus.Open(parsed.GetRequiredValue(_text)!, new TextCorpusOptions { Field = parsed.GetValue(_field), Chat = chat });
        using var windows = TokenWindows.Load(modelFolder, new TokenWindowOptions { Length = parsed.GetValue(_window), Chat = chat, Bos = _bos.Value(parsed) }, model);
        return EvaluationWindow.Read(corpus, windows, maximum == 0 ? int.MaxValue : maximum, cancellationToken);
    }
}
