using Steering;
using Steering.Models;
using Steering.Saes;
using Steering.Sandbox;
using Steering.Sandbox.Labelling;
using Steering.Tokenizers;

namespace SandboxModel.Labels;

/// <summary>Reads documents with a model and an autoencoder: which features fire on which tokens, and what is true of each token.</summary>
internal sealed class FeatureReading : IDisposable
{
    private readonly ForwardPass _pass;
    private readonly TokenLabeller _labeller;
    private readonly SparseAutoencoder _sae;
    private readonly string _site;

    public FeatureReading(string folder, SparseAutoencoder sae)
    {
        _pass = ForwardPass.Load(folder);
        _labeller = new TokenLabeller(TextTokenizer.Load(folder));
        _sae = sae;
        _site = _pass.Sites.FirstOrDefault(site => site.Name == sae.Site)?.Name
            ?? throw new SteeringException($"{sae.Source} belongs to {sae.Site ?? "an unnamed site"}, and {folder} has the sites {string.Join(", ", _pass.Sites.Select(site => site.Name))}. Import the model with --sites all.");
    }

    public IEnumerable<(SparseActivations Activations, LabelledTokens Tokens)> Read(IEnumerable<SandboxDocument> documents, CancellationToken cancellation)
    {
        foreach (var document in documents)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = _labeller.Label(document);
            var residual = _pass.Run([.. tokens.Ids]).Residuals[_site];
            yield return (_sae.EncodeSparse(residual, tokens.Ids.Count), tokens);
        }
    }

    public void Dispose() => _pass.Dispose();
}
