using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Policies;
using Steering.Saes;

namespace Steering.Cli.Chat;

/// <summary>Finds features by what they fire on, and what a feature fires on.</summary>
/// <param name="session">The conversation.</param>
/// <param name="output">Receives one line of text.</param>
internal sealed class FeatureSearch(ChatSession session, Action<string> output)
{
    private const int Shown = 10;

    // A word alone would be the first token, whose residual is of enormous norm and means nothing.
    private const string Lead = "This is about";

    /// <summary>Searches: nothing for the whole conversation, a feature's number, or a word.</summary>
    /// <exception cref="SteeringException">There is no SAE, or nothing to look at.</exception>
    public void Run(string query)
    {
        if (session.Board.Saes.Count == 0)
        {
            throw new SteeringException("There is no SAE, so there are no features; start the chat with --sae DIR.");
        }

        var digits = query[(query.LastIndexOf('#') + 1)..];
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            WhereItFires(session.Board.Resolve(SteeringArguments.ParseFeature(query)));
            return;
        }

        var (ids, first) = query.Length == 0 ? (session.ConversationIds, 1) : InContext(query);
        if (ids.Length <= first)
        {
            throw new SteeringException("There is no conversation yet; write /features WORD.");
        }

        foreach (var sae in session.Board.Saes)
        {
            InCatalogue(sae, query);
            WhatFires(sae, ids, first);
        }
    }

    // Labels, and examples with the word at their peak or near it.
    private void InCatalogue(NamedSae sae, string query)
    {
        if (session.Board.Labels.Catalogue(sae.Id) is not { } catalogue || !query.Any(char.IsLetterOrDigit))
        {
            return;
        }

        var matches = catalogue.Search(query, Shown);
        if (matches.Count > 0)
        {
            output($"{sae.Id}: features whose label or strongest examples hold '{query}'");
        }

        foreach (var match in matches)
        {
            var example = match.Example is { } found ? $"  {FeatureReport.Plain(found)}" : string.Empty;
            output(string.Create(CultureInfo.InvariantCulture, $"  {match.Feature.Latent,6}{session.Board.Labels.Quoted(sae.Id, match.Feature.Latent)}{example}"));
        }
    }

    // The ids of the word after the lead, and where they begin to differ from the lead's own.
    private (int[] Ids, int First) InContext(string word)
    {
        var ids = session.Model.Tokenizer.Encode($"{Lead} {word}", addSpecialTokens: true);
        var lead = session.Model.Tokenizer.Encode(Lead, addSpecialTokens: true);
        return (ids, Math.Max(1, ids.AsSpan().CommonPrefixLength(lead)));
    }

    // Features that fire everywhere say nothing: what counts is how far one rises above its own baseline.
    private void WhatFires(NamedSae sae, int[] ids, int first)
    {
        var activations = Encode(sae, ids);
        var best = new Dictionary<int, (float Value, int Position)>();
        var baseline = new Dictionary<int, float>();
        for (var position = 1; position < ids.Length; position++)
        {
            var indices = activations.Indices(position);
            var values = activations.Values(position);
            for (var index = 0; index < indices.Length; index++)
            {
                var (feature, value) = (indices[index], values[index]);
                if (first == 1)
                {
                    baseline[feature] = baseline.GetValueOrDefault(feature) + (value / (ids.Length - 1));
                }
                else if (position < first)
                {
                    baseline[feature] = MathF.Max(baseline.GetValueOrDefault(feature), value);
                }

                if (position >= first && (!best.TryGetValue(feature, out var known) || value > known.Value))
                {
                    best[feature] = (value, position);
                }
            }
        }

        output($"{sae.Id}: the features that stand out most, their activation, and the token where it is largest");
        foreach (var (feature, (value, position)) in best.OrderByDescending(pair => pair.Value.Value - baseline.GetValueOrDefault(pair.Key)).ThenBy(pair => pair.Key).Take(Shown))
        {
            output(string.Create(CultureInfo.InvariantCulture, $"  {feature,6}  {value,8:0.##}  {TokenContext.Of(session.Model.Tokenizer, ids, position)}{session.Board.Labels.Quoted(sae.Id, feature)}"));
        }
    }

    private void WhereItFires(FeatureTarget feature)
    {
        var sae = session.Board.Saes.First(candidate => candidate.Id == feature.Sae);
        var maximum = sae.Sae.MaxActivation(feature.Features[0]);
        output(string.Create(CultureInfo.InvariantCulture, $"{session.Board.Labels.Name(feature)}: maximum activation {(maximum is { } known ? known.ToString("0.##", CultureInfo.InvariantCulture) : $"unknown ({session.Board.WhyNoMaximum(feature)})")}"));
        var ids = session.ConversationIds;
        if (ids.Length == 0)
        {
            return;
        }

        var activations = Encode(sae, ids);
        var fired = new List<(int Position, float Value)>();
        for (var position = 1; position < ids.Length; position++)
        {
            var index = activations.Indices(position).BinarySearch(feature.Features[0]);
            if (index >= 0)
            {
                fired.Add((position, activations.Values(position)[index]));
            }
        }

        output(fired.Count == 0 ? "It does not fire in this conversation." : $"It fires on {fired.Count} of {ids.Length} tokens, strongest on");
        foreach (var (position, value) in fired.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Position).Take(Shown))
        {
            output(string.Create(CultureInfo.InvariantCulture, $"  {value,8:0.##}  {TokenContext.Of(session.Model.Tokenizer, ids, position)}"));
        }
    }

    private SparseActivations Encode(NamedSae sae, int[] ids)
    {
        var site = SaeSite.Require(sae.Sae, sae.GivenSite, session.Model.Manifest, session.Model.Folder, session.Board.AllowOtherModel);
        return sae.Sae.EncodeSparse(session.Pass.Run(ids).Residuals[site], ids.Length);
    }
}
