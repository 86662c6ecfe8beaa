using Steering.Analysis.Corpora;

namespace Steering.Analysis.Judges;

/// <summary>The kinds of judges that need nothing but this library. A host adds its own, such as the sandbox's exact judges.</summary>
public static class JudgeKinds
{
    private const int LargestList = 16 << 20;

    /// <summary>Words and phrases: <c>words</c> lists them, or <c>file</c> names a text with one a line.</summary>
    public static JudgeKind Words { get; } = new("words", ["words", "file"], settings =>
    {
        if (settings.Has("words") == settings.Has("file"))
        {
            throw settings.Refusal("words", "a word list needs either 'words', a list of texts, or 'file', a text with one a line.");
        }

        var words = settings.Texts("words") ?? Lines(settings.RequireFile("file", "a text with one word or phrase a line"));
        return new WordListJudge(settings.Name, words) { Threshold = settings.Threshold ?? 1 };
    });

    /// <summary>A trained text classifier: <c>file</c> names what <c>steer judge train</c> wrote.</summary>
    public static JudgeKind Classifier { get; } = new("classifier", ["file"], settings =>
        new ClassifierJudge(settings.Name, TextClassifier.Load(settings.RequireFile("file", "a classifier that 'steer judge train' wrote"))) { Threshold = settings.Threshold ?? 0.5 });

    /// <summary>
    /// An external program: <c>program</c>, <c>arguments</c> and <c>timeoutSeconds</c>. A path with a separator starts from the
    /// experiment's folder. Refused where the reader of the experiment does not allow programs.
    /// </summary>
    public static JudgeKind Program { get; } = new("program", ["program", "arguments", "timeoutSeconds"], settings =>
    {
        var program = settings.RequireProgram("program", "the program that judges");
        var seconds = settings.Number("timeoutSeconds") ?? 30;
        if (seconds is not (> 0 and <= 3600))
        {
            throw settings.Refusal("timeoutSeconds", FormattableString.Invariant($"{seconds} was given; more than 0 and at most 3600 seconds were expected."));
        }

        return new ProgramJudge(settings.Name, program, settings.Texts("arguments") ?? []) { Threshold = settings.Threshold ?? 0.5, Timeout = TimeSpan.FromSeconds(seconds) };
    });

    /// <summary>All kinds of this library.</summary>
    public static IReadOnlyList<JudgeKind> All { get; } = [Words, Classifier, Program];

    private static string[] Lines(string path) =>
        [.. TextCorpus.Open(path, new TextCorpusOptions { Format = TextFormat.Text, Unit = TextUnit.Line, MaximumBytes = LargestList }).Read().Select(line => line.Text.Trim()).Where(line => line.Length > 0)];
}

/// <summary>A kind of judge that an experiment file can ask for: <c>{"name": "rude", "kind": "words", …}</c>.</summary>
/// <param name="Name">The word in the field <c>kind</c>.</param>
/// <param name="Fields">The fields that it takes beside those that every judge has (<see cref="CommonFields"/>).</param>
/// <param name="Create">Makes the judge. Throws a <see cref="SteeringException"/> where the settings cannot be.</param>
public sealed record JudgeKind(string Name, IReadOnlyList<string> Fields, Func<JudgeSettings, IReplyJudge> Create)
{
    /// <summary>The fields that every judge has.</summary>
    public static IReadOnlyList<string> CommonFields { get; } = ["name", "kind", "aim", "threshold"];
}
