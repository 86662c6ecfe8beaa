using System.Text.RegularExpressions;

namespace Steering.Tests.Repository.Docs;

/// <summary>The repository's pages and what stands in them.</summary>
internal static partial class Pages
{
    /// <summary>Paths below the repository's root, with slashes: every Markdown page that is part of it.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. new[] { "*.md", "docs/**/*.md", "Tests/**/*.md", "Samples/**/*.md", "Benchmarks/**/*.md", "Sandbox/**/*.md" }
            .SelectMany(Find)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of a page, its line ends as <c>\n</c>.</summary>
    public static string Read(string page) => File.ReadAllText(Path.Combine(OracleFolder.RepositoryRoot, page)).ReplaceLineEndings("\n");

    /// <summary>The fenced blocks of a language, each with the line on which it begins and the hidden part before it.</summary>
    public static IEnumerable<Block> Blocks(string page, string language)
    {
        var text = Read(page);
        return BlockPattern().Matches(text)
            .Where(match => match.Groups["language"].Value == language)
            .Select(match => new Block(page, text.AsSpan(0, match.Groups["code"].Index).Count('\n'), match.Groups["hidden"].Value, match.Groups["code"].Value));
    }

    /// <summary>A page without its fenced blocks.</summary>
    public static string Prose(string page) => BlockPattern().Replace(Read(page), string.Empty);

    private static IEnumerable<string> Find(string pattern)
    {
        var root = OracleFolder.RepositoryRoot;
        var folder = Path.Combine(root, Path.GetDirectoryName(pattern.Replace("**/", string.Empty, StringComparison.Ordinal))!);
        return !Directory.Exists(folder) ? [] : Directory
            .EnumerateFiles(folder, "*.md", pattern.Contains("**", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts"));
    }

    [GeneratedRegex(@"(<!-- csharp\n(?<hidden>[^`]*?)-->\n+)?^```(?<language>[a-z]*)[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BlockPattern();

    /// <summary>A fenced block.</summary>
    /// <param name="Page">The page.</param>
    /// <param name="Line">The line of the fence.</param>
    /// <param name="Hidden">What the page declares for it in a comment <c>&lt;!-- csharp … --&gt;</c> before it.</param>
    /// <param name="Code">What a reader sees.</param>
    internal sealed record Block(string Page, int Line, string Hidden, string Code)
    {
        public override string ToString() => $"{Page}:{Line}";
    }
}
