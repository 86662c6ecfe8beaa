using Steering.Export.Cuts;
using Steering.Models;

namespace Steering.Analysis.Harvest;

/// <summary>A model from one site of its residual stream to the logits: the rest of what <see cref="SiteHead"/> runs. Thread-safe.</summary>
public sealed class SiteTail : IDisposable
{
    private readonly CutSession _session;

    private SiteTail(CutSession session, string site, int hiddenSize)
    {
        _session = session;
        Site = site;
        HiddenSize = hiddenSize;
    }

    /// <summary>The site, as in <c>resid_post.15</c>.</summary>
    public string Site { get; }

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize { get; }

    /// <summary>Number of token ids, and of logits at a position.</summary>
    public int VocabularySize => _session.VocabularySize;

    /// <summary>Loads the part of a model folder that follows a site.</summary>
    /// <param name="modelFolder">Folder with <c>genai_config.json</c>, with sockets or without.</param>
    /// <param name="site">As for <see cref="SiteHead.Load(string, string, SteerableModelOptions?)"/>.</param>
    /// <param name="options">Device and threads, or null for the defaults.</param>
    /// <exception cref="SteeringException">The folder is no model, or lacks the site (the message lists those it has).</exception>
    public static SiteTail Load(string modelFolder, string site, SteerableModelOptions? options = null) => Load(SiteCut.Load(modelFolder), site, options);

    /// <summary>As <see cref="Load(string, string, SteerableModelOptions?)"/>, of a graph that was read already.</summary>
    public static SiteTail Load(SiteCut cut, string site, SteerableModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cut);
        var name = cut.Name(site);
        return new SiteTail(CutSession.Load(cut, cut.Tail(name), SiteCut.Logits, options), name, cut.HiddenSize);
    }

    /// <summary>Computes the logits at every position.</summary>
    /// <param name="residual">[sequences, length, d], row-major, whole sequences from position 0 on.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="logits">Receives [sequences, length, vocabulary].</param>
    /// <exception cref="SteeringException">The sizes do not fit the model.</exception>
    public void Run(ReadOnlySpan<float> residual, int sequences, int length, Span<float> logits)
    {
        _session.Check(default, sequences, length);
        ActivationChecks.Length("residual", residual.Length, sequences, length, HiddenSize);
        ActivationChecks.Length("logits", logits.Length, sequences, length, VocabularySize);
        _session.Run(default, sequences, length, residual, VocabularySize, logits);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
