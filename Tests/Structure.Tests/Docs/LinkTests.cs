using System.Text.RegularExpressions;

namespace Steering.Tests.Repository.Docs;

/// <summary>What pages and comments point at is there.</summary>
[TestClass]
public sealed partial class LinkTests
{
    public static IEnumerable<object[]> Names => Pages.All.Select(page => (object[])[page]);

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void RelativeLinks_LeadToPagesAndHeadings(string page)
    {
        foreach (Match match in Link().Matches(Pages.Prose(page)))
        {
            var target = match.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
            {
                continue;
            }

            var (file, anchor) = target.Split('#', 2) is [var left, var right] ? (left, right) : (target, null);
            var path = file.Length == 0 ? page : Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(page)!, file))).Replace('\\', '/');
            Assert.IsTrue(Exists(path), $"{page} links to {target}; there is no {path}.");
            if (anchor is not null && path.EndsWith(".md", StringComparison.Ordinal))
            {
                Assert.Contains(anchor, Heading().Matches(Pages.Prose(path)).Select(heading => Slug(heading.Groups["text"].Value)), $"{page} links to {target}; {path} has no such heading.");
            }
        }
    }

    /// <summary>A name in backticks that begins with a folder of this repository is a path of it.</summary>
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void PathsInBackticks_Exist(string page)
    {
        foreach (Match match in Code().Matches(Pages.Prose(page)))
        {
            var text = match.Groups["text"].Value;
            if (RepositoryPath().IsMatch(text) && !text.Split('/').Any(part => Placeholder().IsMatch(part)) && Folders.Contains(text.Split('/')[0], StringComparer.Ordinal))
            {
                Assert.IsTrue(Exists(text.TrimEnd('/')), $"{page} names `{text}`, which is not there.");
            }

            // A row of rooms, or a room of its own.
            if (text.Contains('→', StringComparison.Ordinal) && text.Split('→', StringSplitOptions.TrimEntries) is var rooms && rooms.Any(IsRoom))
            {
                Assert.IsTrue(Array.TrueForAll(rooms, IsRoom), $"{page} names `{text}`; there is no room {string.Join(", ", rooms.Where(room => !IsRoom(room)))}.");
            }

            if (Room().IsMatch(text))
            {
                Assert.IsTrue(IsRoom(text.TrimEnd('/')) || Directory.Exists(Path.Combine(Root, Path.GetDirectoryName(page)!, text)), $"{page} names the room `{text}`, which is not there.");
            }
        }
    }

    /// <summary>A comment that points at a page points at one that a reader of this repository has.</summary>
    [TestMethod]
    public void PagesInCode_Exist()
    {
        var known = Pages.All.Select(page => Path.GetFileName(page)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories).Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")))
        {
            foreach (Match match in Comment().Matches(File.ReadAllText(file)))
            {
                foreach (Match page in PageName().Matches(match.Value))
                {
                    Assert.Contains(page.Value, known, $"{Path.GetRelativePath(Root, file)} points at {page.Value}.");
                }

                Assert.DoesNotMatchRegex(Section(), match.Value, $"{Path.GetRelativePath(Root, file)} points at a section of a document that is not here; name the paper.");
            }
        }
    }

    private static string Root => OracleFolder.RepositoryRoot;

    private static string[] Folders { get; } = [.. Directory.EnumerateDirectories(OracleFolder.RepositoryRoot).Select(folder => Path.GetFileName(folder))];

    private static bool IsRoom(string name) => Folders.Contains(name, StringComparer.Ordinal);

    /// <summary>Whether a path is there with these very letters, which not every file system asks for.</summary>
    private static bool Exists(string path)
    {
        var folder = Root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            var pattern = part.Contains('*', StringComparison.Ordinal) ? part : null;
            var found = !Directory.Exists(folder) ? null : pattern is null
                ? Directory.EnumerateFileSystemEntries(folder).FirstOrDefault(entry => Path.GetFileName(entry) == part)
                : Directory.EnumerateFileSystemEntries(folder, pattern).FirstOrDefault();
            if (found is null)
            {
                return false;
            }

            folder = found;
        }

        return true;
    }

    /// <summary>How a heading is linked to.</summary>
    private static string Slug(string heading) => string.Concat(LinkText().Replace(heading, "${text}").ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.NonBacktracking)]
    private static partial Regex LinkText();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Heading();

    [GeneratedRegex("`(?<text>[^`\n]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex(@"^\.?[A-Za-z][A-Za-z0-9_.-]*(/[A-Za-z0-9_.*-]+)+/?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RepositoryPath();

    /// <summary>What stands for a name of the reader's choice: NAME, XArchitecture.cs.</summary>
    [GeneratedRegex("^([A-Z]+|X[A-Z][a-z]+.*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[A-Z][A-Za-z]+/$", RegexOptions.NonBacktracking)]
    private static partial Regex Room();

    [GeneratedRegex(@"//[^\n]*", RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[A-Z][A-Z_]{3,}\.md\b", RegexOptions.NonBacktracking)]
    private static partial Regex PageName();

    [GeneratedRegex(@"\b[A-Z]{3,}(_[A-Z0-9]+)+ §", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Section();
}
