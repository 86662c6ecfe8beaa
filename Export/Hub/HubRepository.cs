using System.Buffers;

namespace Steering.Export.Hub;

/// <summary>A repository of a Hugging Face-compatible host, and the revision that is wanted of it.</summary>
public sealed record HubRepository
{
    private const int MaximumName = 96;
    private const int MaximumRevision = 255;
    private const string DatasetPrefix = "datasets/";

    private static readonly SearchValues<char> NameLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> NotInRevisions = SearchValues.Create(" ~^:?*[\\");

    private HubRepository(HubRepositoryKind kind, string owner, string name, string revision)
    {
        (Kind, Owner, Name, Revision) = (kind, owner, name, revision);
    }

    /// <summary>Model or data set.</summary>
    public HubRepositoryKind Kind { get; }

    /// <summary>The organisation or user.</summary>
    public string Owner { get; }

    /// <summary>The name below the owner.</summary>
    public string Name { get; }

    /// <summary>A branch, a tag, or a commit; <c>main</c> unless given.</summary>
    public string Revision { get; }

    /// <summary><c>ORG/NAME</c>, with <c>datasets/</c> before it for a data set.</summary>
    public string Id => Kind == HubRepositoryKind.Dataset ? $"{DatasetPrefix}{Owner}/{Name}" : $"{Owner}/{Name}";

    /// <summary>Reads <c>ORG/NAME[@revision]</c> or <c>datasets/ORG/NAME[@revision]</c>.</summary>
    /// <param name="text">What was given.</param>
    /// <exception cref="SteeringException">It is not of that form.</exception>
    public static HubRepository Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            throw new SteeringException($"'{text}' is an address; ORG/NAME[@revision] was expected, as in HuggingFaceTB/SmolLM2-135M-Instruct. Another host goes into --endpoint.");
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var id = at < 0 ? text : text[..at];
        var revision = at < 0 ? "main" : text[(at + 1)..];
        var kind = id.StartsWith(DatasetPrefix, StringComparison.Ordinal) ? HubRepositoryKind.Dataset : HubRepositoryKind.Model;
        var parts = (kind == HubRepositoryKind.Dataset ? id[DatasetPrefix.Length..] : id).Split('/');
        if (parts is not [var owner, var name] || !IsName(owner) || !IsName(name))
        {
            throw new SteeringException($"'{id}' names no repository; ORG/NAME[@revision] was expected, as in HuggingFaceTB/SmolLM2-135M-Instruct, or datasets/ORG/NAME.");
        }

        if (!IsRevision(revision))
        {
            throw new SteeringException($"'{revision}' is no revision; a branch, a tag or a commit was expected after '@', as in {id}@main.");
        }

        return new HubRepository(kind, owner, name, revision);
    }

    /// <summary>What <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Id}@{Revision}";

    /// <summary>Whether a text is a whole commit hash: 40 lower-case hexadecimal digits.</summary>
    internal static bool IsCommit(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaximumName
        && !text.AsSpan().ContainsAnyExcept(NameLetters)
        && text[0] is not ('.' or '-') && text[^1] is not ('.' or '-')
        && !text.Contains("..", StringComparison.Ordinal);

    private static bool IsRevision(string text) =>
        text.Length is > 0 and <= MaximumRevision
        && !text.AsSpan().ContainsAny(NotInRevisions)
        && !text.Any(char.IsControl)
        && text[0] is not ('/' or '.' or '-') && text[^1] is not ('/' or '.')
        && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal);
}

/// <summary>What a repository of a Hugging Face-compatible host holds.</summary>
public enum HubRepositoryKind
{
    /// <summary>Models; their addresses have no prefix. Most SAEs are published as models.</summary>
    Model,

    /// <summary>Data sets, written <c>datasets/ORG/NAME</c>.</summary>
    Dataset,
}
