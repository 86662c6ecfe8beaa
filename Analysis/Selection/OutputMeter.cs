using Steering.Analysis.Harvest;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Saes;

namespace Steering.Analysis.Selection;

/// <summary>
/// Measures what features do to the output: each is amplified at the last token of a neutral prompt, the SAE's error kept, and
/// the rest of the model runs. What a feature is called by the texts it fires on, and what it does when it is turned up,
/// rarely coincide (Arad et al., arXiv 2505.20063).
/// </summary>
public sealed class OutputMeter : IDisposable
{
    /// <summary>The prompt of Arad et al.</summary>
    public const string UsualPrompt = "From my experience,";

    /// <summary>Amplification of Arad et al., in multiples of the largest activation.</summary>
    public const double UsualFactor = 10;

    private const int BatchLogits = 1 << 22;

    private readonly SiteTail _tail;
    private readonly SiteTail _lens;
    private readonly SparseAutoencoder _autoencoder;
    private readonly float[] _residual;
    private readonly float[] _neutral;
    private readonly int _length;

    private OutputMeter(SiteTail tail, SiteTail lens, SparseAutoencoder autoencoder, float[] residual, int length)
    {
        (_tail, _lens, _autoencoder, _residual, _length) = (tail, lens, autoencoder, residual, length);
        var logits = new float[length * tail.VocabularySize];
        tail.Run(residual, 1, length, logits);
        _neutral = logits[^tail.VocabularySize..];
    }

    /// <summary>Loads the model and runs the prompt.</summary>
    /// <param name="cut">The model.</param>
    /// <param name="site">Site of the SAE.</param>
    /// <param name="autoencoder">The SAE.</param>
    /// <param name="prompt">Token ids of the neutral prompt, at least one.</param>
    /// <param name="options">Device and threads, or null.</param>
    /// <exception cref="SteeringException">The model lacks the site, or the prompt is empty or too long.</exception>
    public static OutputMeter Load(SiteCut cut, string site, SparseAutoencoder autoencoder, ReadOnlySpan<int> prompt, SteerableModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cut);
        ArgumentNullException.ThrowIfNull(autoencoder);
        if (prompt.IsEmpty)
        {
            throw new SteeringException("The neutral prompt holds no token; features are amplified at its last one. Give a prompt.");
        }

        using var head = SiteHead.Load(cut, site, options);
        var residual = new float[prompt.Length * head.HiddenSize];
        head.Run(prompt, 1, prompt.Length, residual);
        var tail = SiteTail.Load(cut, site, options);
        SiteTail? lens = null;
        try
        {
            lens = SiteTail.Load(cut, cut.Sites[^1], options);
            return new OutputMeter(tail, lens, autoencoder, residual, prompt.Length);
        }
        catch
        {
            lens?.Dispose();
            tail.Dispose();
            throw;
        }
    }

    /// <summary>Measures pushes.</summary>
    /// <param name="pushes">Features or other directions.</param>
    /// <param name="factor">Amplification, in multiples of full strength.</param>
    /// <param name="progress">Told how many are done, or null.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>[pushes].</returns>
    public IReadOnlyList<OutputEffect> Measure(IReadOnlyList<Push> pushes, double factor = UsualFactor, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pushes);
        var (width, vocabulary) = (_tail.HiddenSize, _tail.VocabularySize);
        var batch = Math.Clamp(BatchLogits / (_length * vocabulary), 1, Math.Max(1, pushes.Count));
        var (residuals, rows) = (new float[batch * _residual.Length], new float[batch * width]);
        var (logits, lens) = (new float[batch * _length * vocabulary], new float[batch * vocabulary]);
        var effects = new List<OutputEffect>(pushes.Count);
        var neutral = NextTokens.Confidence(_neutral);
        foreach (var group in pushes.Chunk(batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var index = 0; index < group.Length; index++)
            {
                _residual.CopyTo(residuals, index * _residual.Length);
                group[index].Add(residuals.AsSpan(((index + 1) * _residual.Length) - width, width), factor * group[index].Largest, _autoencoder.Normalisation);
                group[index].Direction.Span.CopyTo(rows.AsSpan(index * width));
            }

            _tail.Run(residuals.AsSpan(0, group.Length * _residual.Length), group.Length, _length, logits.AsSpan(0, group.Length * _length * vocabulary));
            _lens.Run(rows.AsSpan(0, group.Length * width), group.Length, 1, lens.AsSpan(0, group.Length * vocabulary));
            for (var index = 0; index < group.Length; index++)
            {
                var amplified = logits.AsSpan((((index + 1) * _length) - 1) * vocabulary, vocabulary);
                var tokens = NextTokens.Largest(lens.AsSpan(index * vocabulary, vocabulary));
                effects.Add(new OutputEffect(tokens, NextTokens.OutputScore(amplified, tokens), NextTokens.Confidence(amplified) - neutral, NextTokens.Divergence(amplified, _neutral)));
            }

            progress?.Report(effects.Count);
        }

        return effects;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tail.Dispose();
        _lens.Dispose();
    }
}

/// <summary>What a feature does to the next token.</summary>
/// <param name="Tokens">The tokens that its decoder row speaks for by the logit lens (final norm and LM head), first the most.</param>
/// <param name="Score">Output score (Arad et al., arXiv 2505.20063), from 0 to 1: <see cref="NextTokens.OutputScore"/>.</param>
/// <param name="ConfidenceChange">
/// Token confidence with the feature amplified minus without it, in nats (after arXiv 2510.03659; the form of the confidence is that of
/// arXiv 2508.15260): above 0 the output becomes more certain, below 0 flatter.
/// </param>
/// <param name="Divergence">Kullback–Leibler divergence of the amplified distribution from the neutral one, in nats.</param>
public sealed record OutputEffect(IReadOnlyList<int> Tokens, double Score, double ConfidenceChange, double Divergence);
