using Steering.Training.Activations;

namespace Steering.Training.Evaluation.Judges;

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

    /// <summary>All kinds of this library.</summary>
    public static IReadOnlyList<JudgeKind> All { get; } = [Words];

    private static string[] Lines(string path) =>
        [.. TextCorpus.Open(path, new TextCorpusOptions { Format = TextFormat.Text, Unit = TextUnit.Line, MaximumBytes = LargestList }).Read().Select(line => line.Text.Trim()).Where(line => line.Length > 0)];
}
