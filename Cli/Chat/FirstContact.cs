using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Policies;
using Steering.Sandbox;
using Steering.Sandbox.Bundle;
using Steering.Sandbox.Corpora;

namespace Steering.Cli.Chat;

/// <summary>What a chat with the sandbox starts with, where the user asks for nothing else.</summary>
internal static class FirstContact
{
    private const int Watched = 5;
    private const int Examples = 10;
    private const int Ideas = 3;

    /// <summary>The autoencoder: the late one, where the bundle has it.</summary>
    public static IReadOnlyList<NamedSae> Saes(SandboxBundle sandbox) =>
        sandbox.Saes.ContainsKey(SandboxBundle.DefaultSae) ? [NamedSae.Load(SandboxBundle.DefaultSae, sandbox.Sae)] : [];

    /// <summary>
    /// A handful of features with different labels that fire when the model talks: the most frequent first, each counted for
    /// the share of its strongest examples that lie in the model's own turns and in no calculation.
    /// </summary>
    public static IReadOnlyList<FeatureTarget> Features(NamedSae sae, FeatureLabels labels)
    {
        var labelled = labels.All(sae.Id);
        return labels.Catalogue(sae.Id) is not { } catalogue ? [] :
        [
            .. labelled.Keys
                .Select(feature => (Feature: feature, Row: catalogue.Feature(feature)))
                .OrderByDescending(entry => entry.Row.Fired * TalkShare(catalogue.Examples(entry.Feature, Examples)))
                .ThenByDescending(entry => entry.Row.Fired).ThenBy(entry => entry.Feature)
                .DistinctBy(entry => labelled[entry.Feature], StringComparer.Ordinal)
                .Take(Watched)
                .Select(entry => Feature.Of(sae.Id, entry.Feature)),
        ];
    }

    private static double TalkShare(IReadOnlyList<CatalogueExample> examples) =>
        examples.Count == 0 ? 0 : examples.Count(example => IsTalk(example.Excerpt)) / (double)examples.Count;

    private static bool IsTalk(CatalogueExcerpt excerpt)
    {
        var text = string.Concat(excerpt.Tokens);
        if (text.Any(letter => char.IsAsciiDigit(letter) || letter == '='))
        {
            return false;
        }

        // Whose turn it is says the last marker before, the role that an excerpt happens to begin with, or else who comes next.
        var before = text[..excerpt.Tokens.Take(excerpt.Peak).Sum(token => token.Length)];
        var last = Enum.GetValues<TurnRole>().MaxBy(role => before.LastIndexOf(ChatMarkers.Open(role), StringComparison.Ordinal));
        if (before.Contains(ChatMarkers.Start, StringComparison.Ordinal))
        {
            return last == TurnRole.Assistant;
        }

        return text.StartsWith(Begun(TurnRole.Assistant), StringComparison.Ordinal)
            || (!text.StartsWith(Begun(TurnRole.System), StringComparison.Ordinal) && text.IndexOf(ChatMarkers.Start, before.Length, StringComparison.Ordinal) is var next and >= 0 && text.AsSpan(next).StartsWith(ChatMarkers.Open(TurnRole.User), StringComparison.Ordinal));

        static string Begun(TurnRole role) => ChatMarkers.Open(role)[ChatMarkers.Start.Length..];
    }

    /// <summary>What to say to it: the first questions of held-out conversations.</summary>
    public static IReadOnlyList<string> Questions() =>
    [
        .. new SandboxCorpus(0).Documents(CorpusSplit.HeldOut)
            .Select(document => document.Turns.First(turn => turn.Role == TurnRole.User).Text)
            .Where(text => text.Length < 60 && !text.Contains('\n', StringComparison.Ordinal))
            .Take(Ideas),
    ];
}
