using System.Globalization;
using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Saes;

namespace Steering.Cli.Chat;

/// <summary>Which features fired most on the last reply.</summary>
/// <param name="session">The conversation.</param>
/// <param name="output">Receives one line of text.</param>
internal sealed class ReplyReasons(ChatSession session, Action<string> output)
{
    private const int Shown = 8;
    private const int LabelledBeyond = 4;

    /// <summary>Lists the features of each SAE.</summary>
    /// <exception cref="SteeringException">There is no SAE, or no reply yet.</exception>
    public void Run()
    {
        if (session.Board.Saes.Count == 0)
        {
            throw new SteeringException("There is no SAE, so there are no features; start the chat with --sae DIR.");
        }

        var reply = session.LastReply ?? throw new SteeringException("There is no reply yet; say something first.");
        foreach (var sae in session.Board.Saes)
        {
            Explain(sae, reply);
        }

        if (session.Board.Dials.Count > 0 || session.Board.Policies.Count > 0)
        {
            output("This is how the model reads the reply without the dials and policies in force.");
        }
    }

    private void Explain(NamedSae sae, LastReply reply)
    {
        var site = SaeSite.Require(sae.Sae, sae.GivenSite, session.Model.Manifest, session.Model.Folder, session.Board.AllowOtherModel);
        var residual = session.Pass.Run(reply.Ids).Residuals[site];
        var kept = TokenExclusion.Default.Kept(residual, reply.Ids.Length, sae.Sae.HiddenSize);
        int[] tokens = [.. kept.Where(position => position >= reply.First)];
        var activations = sae.Sae.EncodeSparse(residual, reply.Ids.Length);
        var catalogue = session.Board.Labels.Catalogue(sae.Id);
        var found = catalogue is null
            ? Risen(activations, [.. kept.Where(position => position < reply.First)], tokens)
            : Named(catalogue.StandOut(activations, tokens, sae.Sae.LatentCount)).Select(entry => (entry.Feature.Latent, entry.Token, entry.Activation));
        output($"{sae.Id}: the features that stand out on the last reply, their activation{(catalogue is null ? string.Empty : ", its share of their maximum")}, and the token where it is largest");
        foreach (var (feature, token, activation) in found)
        {
            var share = catalogue?.Feature(feature) is { MaxActivation: > 0 and var maximum } ? string.Create(CultureInfo.InvariantCulture, $"  {100 * activation / maximum,4:0} %") : string.Empty;
            output(string.Create(CultureInfo.InvariantCulture, $"  {feature,6}  {activation,8:0.##}{share}  {TokenContext.Of(session.Model.Tokenizer, reply.Ids, token)}{session.Board.Labels.Quoted(sae.Id, feature)}"));
        }
    }

    /// <summary>The first, and the next that have a name: a label says more than a rank.</summary>
    private static IEnumerable<CatalogueActivation> Named(IReadOnlyList<CatalogueActivation> found) =>
        found.Take(Shown).Concat(found.Skip(Shown).Where(entry => entry.Feature.Label is not null).Take(LabelledBeyond));

    /// <summary>Without a catalogue nobody knows what is rare: what rises furthest above the tokens before the reply.</summary>
    private static IEnumerable<(int Feature, int Token, float Activation)> Risen(SparseActivations activations, int[] before, int[] tokens)
    {
        var baseline = Largest(activations, before);
        return Largest(activations, tokens)
            .OrderByDescending(pair => pair.Value.Activation - (baseline.TryGetValue(pair.Key, out var known) ? known.Activation : 0))
            .ThenBy(pair => pair.Key)
            .Take(Shown)
            .Select(pair => (pair.Key, pair.Value.Token, pair.Value.Activation));
    }

    private static Dictionary<int, (int Token, float Activation)> Largest(SparseActivations activations, int[] tokens)
    {
        var largest = new Dictionary<int, (int Token, float Activation)>();
        foreach (var token in tokens)
        {
            var indices = activations.Indices(token);
            var values = activations.Values(token);
            for (var i = 0; i < indices.Length; i++)
            {
                if (!largest.TryGetValue(indices[i], out var known) || values[i] > known.Activation)
                {
                    largest[indices[i]] = (token, values[i]);
                }
            }
        }

        return largest;
    }
}
