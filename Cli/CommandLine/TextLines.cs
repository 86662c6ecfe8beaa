using Steering.Analysis.Corpora;

namespace Steering.Cli.CommandLine;

/// <summary>Opens texts of which each is one of many: the lines of a plain text, the rows of a table.</summary>
internal static class TextLines
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="field">Field or column of the text, or null.</param>
    public static TextCorpus Open(string path, string? field) => TextCorpus.Open(path, Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".TEXT" or ".MD" or ""
        ? new TextCorpusOptions { Unit = TextUnit.Line, Field = field }
        : new TextCorpusOptions { Field = field });
}
