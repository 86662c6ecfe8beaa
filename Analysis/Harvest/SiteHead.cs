using Steering.Export.Cuts;
using Steering.Models;

namespace Steering.Analysis.Harvest;

/// <summary>
/// A model up to one site of its residual stream: neither the blocks behind the site nor the LM head are loaded or run.
/// Thread-safe.
/// </summary>
public sealed class SiteHead : IDisposable
{
    private readonly CutSession _session;

    private SiteHead(CutSession session, string site, int hiddenSize)
    {
        _session = session;
        Site = site;
        HiddenSize = hiddenSize;
    }

    /// <summary>The site, as in <c>resid_post.15</c>.</summary>
    public string Site { get; }

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize { get; }

    /// <summary>Number of token ids.</summary>
    public int VocabularySize => _session.VocabularySize;

    /// <summary>Longest sequence.</summary>
    public int ContextLength => _session.ContextLength;

    /// <summary>Loads the part of a model folder that leads to a site.</summary>
    /// <param name="modelFolder">Folder with <c>genai_config.json</c>, with sockets or without.</param>
    /// <param name="site"><c>resid_post.N</c>, <c>resid_pre.N</c>, or a hook point such as <c>blocks.15.hook_resid_post</c>.</param>
    /// <param name="options">Device and threads, or null for the defaults.</param>
    /// <exception cref="SteeringException">The folder is no model, or lacks the site (the message lists those it has).</exception>
    public static SiteHead Load(string modelFolder, string site, SteerableModelOptions? options = null) => Load(SiteCut.Load(modelFolder), site, options);

    /// <summary>As <see cref="Load(string, string, SteerableModelOptions?)"/>, of a graph that was read already.</summary>
    public static SiteHead Load(SiteCut cut, string site, SteerableModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cut);
        var name = cut.Name(site);
        return new SiteHead(CutSession.Load(cut, cut.Head(name), SiteCut.Residual, options), name, cut.HiddenSize);
    }

    /// <summary>Computes the residual stream at the site. Sequences shorter than the others may be filled up at their end with any token: later tokens do not change earlier ones.</summary>
    /// <param name="ids">[sequences, length] token ids, row-major.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="residual">Receives [sequences, length, d].</param>
    /// <exception cref="SteeringException">The ids or the sizes do not fit the model.</exception>
    public void Run(ReadOnlySpan<int> ids, int sequences, int length, Span<float> residual)
    {
        _session.Check(ids, sequences, length);
        ActivationChecks.Length("residual", residual.Length, sequences, length, HiddenSize);
        if (ids.IsEmpty)
        {
            throw new SteeringException("A forward pass needs at least one token.");
        }

        _session.Run(ids, sequences, length, default, HiddenSize, residual);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
