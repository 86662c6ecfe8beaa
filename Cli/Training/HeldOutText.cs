using System.CommandLine;
using Steering.Analysis.Corpora;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Cli.CommandLine;

namespace Steering.Cli.Training;

/// <summary>The text on which trained autoencoders are measured.</summary>
internal sealed class HeldOutText
{
    private const int StandardWindows = 100;

    private readonly Option<string?> _text = Values.Path("--eval-text", "Text that the results are measured on; the training text's beginning unless given.", "FILE");
    private readonly Option<int> _windows = Values.Whole("--eval-windows", "Windows that the results are measured on; 0 measures nothing.", 0, StandardWindows);

    /// <summary>Adds the options to a command.</summary>
    public HeldOutText AddTo(Command command)
    {
        command.Options.Add(_text);
        command.Options.Add(_windows);
        return this;
    }

    /// <summary>Reads the windows; none where nothing is measured.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="training">Where the training's activations come from, with the model's graph.</param>
    /// <param name="trainedOn">The text among it, opened, whose windows are not cut twice; null for shards alone.</param>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <returns>The windows and what to call the text.</returns>
    /// <exception cref="SteeringException">There is no text that can be read twice, or it is shorter than a window.</exception>
    public (IReadOnlyList<EvaluationWindow> Windows, string Name) Read(ParseResult parsed, ActivationSourceOptions training, TextHarvest? trainedOn, CancellationToken cancellationToken)
    {
        var most = parsed.GetValue(_windows);
        var given = parsed.GetValue(_text);
        var path = given ?? training.TextPath;
        if (most == 0 && given is null)
        {
            return ([], string.Empty);
        }

        if (path is null || (given is null && path == TextCorpus.StandardInput))
        {
            throw new SteeringException($"There is no text at hand to measure the result on: {(path is null ? "shards hold none" : "standard input is read once")}. Give one with --eval-text, or --eval-windows 0 to measure nothing.");
        }

        var read = given is null
            ? EvaluationWindow.Read(trainedOn!.Windows.Read(cancellationToken), most)
            : Read(given, most, training, trainedOn, cancellationToken);
        return read.Count > 0
            ? (read, Path.GetFileName(path) + (given is null ? " (trained on)" : string.Empty))
            : throw new SteeringException($"{path} gives not one window to measure the result on; give a longer text.");
    }

    private static IReadOnlyList<EvaluationWindow> Read(string path, int most, ActivationSourceOptions training, TextHarvest? trainedOn, CancellationToken cancellationToken)
    {
        var corpus = TextCorpus.Open(path, training.Corpus with { Chat = training.Windows.Chat });
        if (trainedOn is not null)
        {
            return EvaluationWindow.Read(corpus, trainedOn.Windows.Cutter, most, cancellationToken);
        }

        using var windows = TokenWindows.Load(training.Cut!.Folder, training.Windows, training.Model);
        return EvaluationWindow.Read(corpus, windows, most, cancellationToken);
    }
}
