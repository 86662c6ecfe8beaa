using Steering.Catalogues;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>What features are called: the catalogues that lie beside the SAEs of a chat.</summary>
internal sealed class FeatureLabels : IDisposable
{
    private readonly Dictionary<string, (FeatureCatalogue Catalogue, IReadOnlyDictionary<int, string> Labels)> _known = new(StringComparer.Ordinal);

    /// <summary>No catalogue, no label.</summary>
    public static FeatureLabels None { get; } = new();

    /// <summary>Opens the catalogue of each SAE that has one.</summary>
    /// <exception cref="SteeringException">A catalogue is damaged, or of another SAE.</exception>
    public static FeatureLabels Open(IEnumerable<NamedSae> saes)
    {
        var labels = new FeatureLabels();
        try
        {
            foreach (var sae in saes)
            {
                var path = Path.Combine(sae.Folder, FeatureCatalogue.FileName);
                if (File.Exists(path))
                {
                    var catalogue = FeatureCatalogue.Open(path, sae.Sae);
                    labels._known.Add(sae.Id, (catalogue, catalogue.Labels()));
                }
            }
        }
        catch
        {
            labels.Dispose();
            throw;
        }

        return labels;
    }

    /// <summary>The catalogue of an SAE, or null.</summary>
    public FeatureCatalogue? Catalogue(string sae) => _known.TryGetValue(sae, out var known) ? known.Catalogue : null;

    /// <summary>The labelled features of an SAE.</summary>
    public IReadOnlyDictionary<int, string> All(string sae) => _known.TryGetValue(sae, out var known) ? known.Labels : new Dictionary<int, string>();

    /// <summary>The label of a feature on one line, or null.</summary>
    public string? Of(string? sae, int feature) =>
        sae is not null && _known.TryGetValue(sae, out var known) && known.Labels.TryGetValue(feature, out var label) ? TokenTexts.OneLine(label) : null;

    /// <summary>A feature with its label, as in <c>main#4514 “rain”</c>.</summary>
    public string Name(FeatureTarget feature) => $"{feature}{Quoted(feature.Sae, feature.Features[0])}";

    /// <summary>A blank and the label in quotes, or nothing.</summary>
    public string Quoted(string? sae, int feature) => Of(sae, feature) is { } label ? $" “{label}”" : string.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (catalogue, _) in _known.Values)
        {
            catalogue.Dispose();
        }
    }
}
