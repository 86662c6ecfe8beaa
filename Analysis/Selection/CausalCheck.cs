using System.Globalization;
using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Numerics;
using Steering.Saes;

namespace Steering.Analysis.Selection;

/// <summary>
/// The two-way check of features: adding one must induce the concept in texts without it, and taking it out must repair texts
/// with it (the rule of BLOCK-EM, arXiv 2602.00767). Measured at the output, on texts that the lexicon has not seen: the
/// evidence for the concept (<see cref="ConceptLexicon"/>) that is expected of the next token, at every token but the first.
/// A probe of a later site would see the direction that was just written there; the output shows what the model makes of it.
/// </summary>
public sealed class CausalCheck : IDisposable
{
    /// <summary>Longest text in tokens; the rest is cut off.</summary>
    public const int MaximumTokens = 64;

    private readonly SiteTail _tail;
    private readonly SparseAutoencoder _autoencoder;
    private readonly float[] _evidence;
    private readonly List<CausalText> _texts = [];

    private CausalCheck(SiteTail tail, SparseAutoencoder autoencoder, float[] evidence) => (_tail, _autoencoder, _evidence) = (tail, autoencoder, evidence);

    /// <summary>Texts with the concept that are checked.</summary>
    public int WithConcept => _texts.Count(text => text.HasConcept);

    /// <summary>Texts without it.</summary>
    public int WithoutConcept => _texts.Count - WithConcept;

    /// <summary>Loads the model, makes the lexicon of one part of the texts and runs the other unsteered.</summary>
    /// <param name="cut">The model.</param>
    /// <param name="site">Site of the SAE.</param>
    /// <param name="autoencoder">The SAE.</param>
    /// <param name="texts">Token ids, and whether the text carries the concept.</param>
    /// <param name="count">How many texts of each kind are checked; at most half of a kind, the first of a random order.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="options">Device and threads, or null.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A kind has fewer than four texts of two tokens, or the model lacks the site.</exception>
    public static CausalCheck Load(
        SiteCut cut, string site, SparseAutoencoder autoencoder, IReadOnlyList<(int[] Ids, bool HasConcept)> texts, int count, long seed = 0, SteerableModelOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cut);
        ArgumentNullException.ThrowIfNull(autoencoder);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var order = Enumerable.Range(0, texts.Count).Where(index => texts[index].Ids.Length > 1).ToArray();
        new SeededRandom(seed, stream: 1).Shuffle(order);
        var (own, others) = (order.Where(index => texts[index].HasConcept).ToArray(), order.Where(index => !texts[index].HasConcept).ToArray());
        if (own.Length < 4 || others.Length < 4)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The causal check needs at least 4 texts of two tokens with the concept and 4 without, half of them for its lexicon; there are {own.Length} and {others.Length}. Give more texts, some dozens of each better."));
        }

        int[] chosen = [.. own.Take(Math.Min(count, own.Length / 2)), .. others.Take(Math.Min(count, others.Length / 2))];
        using var head = SiteHead.Load(cut, site, options);
        var lexicon = new ConceptLexicon(head.VocabularySize);
        foreach (var index in order.Except(chosen))
        {
            lexicon.Add(texts[index].Ids, texts[index].HasConcept);
        }

        var check = new CausalCheck(SiteTail.Load(cut, site, options), autoencoder, lexicon.Evidence());
        try
        {
            foreach (var index in chosen)
            {
                cancellationToken.ThrowIfCancellationRequested();
                check.Add(head, texts[index].Ids.AsSpan(0, Math.Min(texts[index].Ids.Length, MaximumTokens)), texts[index].HasConcept);
            }
        }
        catch
        {
            check.Dispose();
            throw;
        }

        return check;
    }

    /// <summary>Measures one feature or direction.</summary>
    /// <param name="push">What is added and taken out.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    public CausalEffect Measure(Push push, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(push);
        var (added, unadded, kept, removed) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var loss = 0.0;
        foreach (var text in _texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (evidence, nats) = Run(text.Ids, Edited(text, push));
            if (text.HasConcept)
            {
                kept.Add(text.Evidence);
                removed.Add(evidence);
            }
            else
            {
                added.Add(evidence);
                unadded.Add(text.Evidence);
                loss += nats - text.Loss;
            }
        }

        return new CausalEffect(
            added.Average() - unadded.Average(),
            PairedBootstrap.MeanDifference(added.ToArray(), unadded.ToArray(), seed: 0),
            kept.Average() - removed.Average(),
            PairedBootstrap.MeanDifference(kept.ToArray(), removed.ToArray(), seed: 0),
            loss / added.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _tail.Dispose();

    private void Add(SiteHead head, ReadOnlySpan<int> ids, bool hasConcept)
    {
        var residual = new float[ids.Length * head.HiddenSize];
        head.Run(ids, 1, ids.Length, residual);
        var (evidence, loss) = Run(ids, residual);
        _texts.Add(new CausalText(ids.ToArray(), hasConcept, residual, _autoencoder.EncodeSparse(residual, ids.Length), evidence, loss));
    }

    private float[] Edited(CausalText text, Push push)
    {
        float[] residual = [.. text.Residual];
        var width = _tail.HiddenSize;
        for (var token = 1; token < text.Ids.Length; token++)
        {
            var row = residual.AsSpan(token * width, width);
            if (!text.HasConcept)
            {
                push.Add(row, push.Largest, _autoencoder.Normalisation);
                continue;
            }

            var at = push.Latent is { } latent ? text.Activations.Indices(token).BinarySearch(latent) : -1;
            push.Remove(row, at < 0 ? 0 : text.Activations.Values(token)[at], _autoencoder.Normalisation);
        }

        return residual;
    }

    /// <summary>Expected evidence of the tokens behind the first, and mean loss of the text's own.</summary>
    private (double Evidence, double Loss) Run(ReadOnlySpan<int> ids, ReadOnlySpan<float> residual)
    {
        var vocabulary = _tail.VocabularySize;
        var logits = new float[ids.Length * vocabulary];
        _tail.Run(residual, 1, ids.Length, logits);
        var (evidence, loss) = (0.0, 0.0);
        for (var token = 1; token < ids.Length; token++)
        {
            var row = logits.AsSpan(token * vocabulary, vocabulary);
            evidence += NextTokens.Mean(row, _evidence);
            loss += token + 1 < ids.Length ? LogSumExp.Of(row) - row[ids[token + 1]] : 0;
        }

        return (evidence / (ids.Length - 1), loss / Math.Max(1, ids.Length - 2));
    }
}

/// <summary>A text of the causal check, as the unsteered model sees it.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="HasConcept">Whether it carries the concept.</param>
/// <param name="Residual">[tokens, d] residual stream at the SAE's site.</param>
/// <param name="Activations">The SAE's activations of all of its tokens.</param>
/// <param name="Evidence">Expected evidence of its next tokens.</param>
/// <param name="Loss">Mean −ln p of its tokens.</param>
internal sealed record CausalText(int[] Ids, bool HasConcept, float[] Residual, SparseActivations Activations, double Evidence, double Loss);

/// <summary>
/// What a feature causes, both ways, in expected evidence for the concept of a next token (nats, mean over the tokens of a text and
/// then over texts).
/// </summary>
/// <param name="Induces">Rise in texts without the concept when the feature is added at full strength.</param>
/// <param name="InducesInterval">95 % interval of it over texts.</param>
/// <param name="Repairs">Fall in texts with the concept when the feature is taken out.</param>
/// <param name="RepairsInterval">95 % interval of it over texts.</param>
/// <param name="LossAdded">How much less probable the texts without the concept become when the feature is added, in nats a token.</param>
public sealed record CausalEffect(double Induces, Interval InducesInterval, double Repairs, Interval RepairsInterval, double LossAdded)
{
    /// <summary>Whether both ways hold beyond chance: both intervals lie above 0.</summary>
    public bool HoldsBothWays => InducesInterval.Low > 0 && RepairsInterval.Low > 0;
}
