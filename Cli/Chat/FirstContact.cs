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
    private const int Ideas = 3;

    /// <summary>The autoencoder: the late one, where the bundle has it.</summary>
    public static IReadOnlyList<NamedSae> Saes(SandboxBundle sandbox) =>
        sandbox.Saes.ContainsKey(SandboxBundle.DefaultSae) ? [NamedSae.Load(SandboxBundle.DefaultSae, sandbox.Sae)] : [];

    /// <summary>A handful of features with different labels: the first of each edit of the sandbox's policies, then those that fire most often.</summary>
    public static IReadOnlyList<FeatureTarget> Features(SandboxBundle sandbox, NamedSae sae, FeatureLabels labels)
    {
        var labelled = labels.All(sae.Id);
        if (labels.Catalogue(sae.Id) is not { } catalogue)
        {
            return [];
        }

        var turned = sandbox.Policies.Values
            .SelectMany(file => SteeringPolicy.Load(file).Interventions)
            .Select(intervention => intervention.Target)
            .OfType<FeatureTarget>()
            .Where(target => target.Sae == sae.Id)
            .SelectMany(target => target.Features.Where(labelled.ContainsKey).Take(1));
        var frequent = labelled.Keys.OrderByDescending(feature => catalogue.Feature(feature).Fired).ThenBy(feature => feature);
        return [.. turned.Concat(frequent).DistinctBy(feature => labelled[feature], StringComparer.Ordinal).Take(Watched).Select(feature => Feature.Of(sae.Id, feature))];
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
