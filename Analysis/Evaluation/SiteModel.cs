using Steering.Analysis.Harvest;
using Steering.Export.Cuts;
using Steering.Models;

namespace Steering.Analysis.Evaluation;

/// <summary>A model folder as evaluation needs it: its graph cut after a site, and the rest, which is loaded when it is first run.</summary>
public sealed class SiteModel : IEvaluationModel, IDisposable
{
    private readonly SiteHead _head;
    private readonly Lazy<SiteTail> _tail;

    private SiteModel(SiteHead head, Func<SiteTail> tail)
    {
        _head = head;
        _tail = new Lazy<SiteTail>(tail);
    }

    /// <inheritdoc/>
    public int HiddenSize => _head.HiddenSize;

    /// <inheritdoc/>
    public int VocabularySize => _tail.Value.VocabularySize;

    /// <summary>The site, as in <c>resid_post.15</c>.</summary>
    public string Site => _head.Site;

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">Folder with <c>genai_config.json</c>, socketed or not.</param>
    /// <param name="site">Site, as in <c>resid_post.15</c>.</param>
    /// <param name="options">How to load it, or null for the defaults.</param>
    /// <exception cref="SteeringException">The folder holds no model, or the model has no such site.</exception>
    public static SiteModel Load(string folder, string site, SteerableModelOptions? options = null) =>
        Load(SiteCut.Load(folder), site, options);

    /// <summary>As <see cref="Load(string, string, SteerableModelOptions?)"/>, of a graph that was read already.</summary>
    public static SiteModel Load(SiteCut cut, string site, SteerableModelOptions? options = null) =>
        new(SiteHead.Load(cut, site, options), () => SiteTail.Load(cut, site, options));

    /// <inheritdoc/>
    public void ReadSite(ReadOnlySpan<int> ids, int sequences, int length, Span<float> residual) => _head.Run(ids, sequences, length, residual);

    /// <inheritdoc/>
    public void RunFromSite(ReadOnlySpan<float> residual, int sequences, int length, Span<float> logits) => _tail.Value.Run(residual, sequences, length, logits);

    /// <inheritdoc/>
    public void Dispose()
    {
        _head.Dispose();
        if (_tail.IsValueCreated)
        {
            _tail.Value.Dispose();
        }
    }
}
