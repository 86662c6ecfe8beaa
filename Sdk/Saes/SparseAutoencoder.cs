using System.Globalization;

namespace Steering.Saes;

/// <summary>
/// A sparse autoencoder ready for inference: residual vectors in, latent activations out and back, and each latent as
/// a row of a socket. Immutable and safe to use from several threads. All arithmetic is fp32 over weights whose folds
/// are computed in double.
/// </summary>
public sealed partial class SparseAutoencoder
{
    private readonly SaeParameters _parameters;
    private readonly float[] _read;
    private readonly float[] _write;
    private readonly float[] _bias;
    private readonly float[] _threshold;
    private readonly float[] _output;
    private readonly Lazy<string> _fingerprint;

    private SparseAutoencoder(SaeParameters parameters, (float[] Bias, float[] Threshold, float[] Output) folded, SaeStatistics? statistics)
    {
        _parameters = parameters;
        _write = parameters.Decoder;
        _read = parameters.Architecture == SaeArchitecture.MatchingPursuit ? parameters.Decoder : parameters.Encoder;
        (_bias, _threshold, _output) = folded;
        _fingerprint = new Lazy<string>(ComputeFingerprint);
        Statistics = statistics;
        Site = parameters.HookName is null ? null : HookPoint.ToSite(parameters.HookName);
        Competition = parameters.Architecture == SaeArchitecture.TopK && parameters.K < parameters.LatentCount
            ? new CompetingEncoder(_read, _bias, parameters.K)
            : null;
    }

    /// <summary>Where the autoencoder came from, for people.</summary>
    public string Source => _parameters.Source;

    /// <summary>How pre-activations become activations.</summary>
    public SaeArchitecture Architecture => _parameters.Architecture;

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize => _parameters.HiddenSize;

    /// <summary>Number of latents D.</summary>
    public int LatentCount => _parameters.LatentCount;

    /// <summary>Number of places k of <see cref="SaeArchitecture.TopK"/> and <see cref="SaeArchitecture.AbsTopK"/>, else 0.</summary>
    public int K => _parameters.K;

    /// <summary>Per-token normalisation of the input.</summary>
    public InputNormalisation Normalisation => _parameters.Normalisation;

    /// <summary>Site it belongs to, as in <c>resid_post.15</c>; null where its hook point is unknown or no residual site.</summary>
    public string? Site { get; }

    /// <summary>Hook point as its file names it, or null.</summary>
    public string? HookName => _parameters.HookName;

    /// <summary>Name of the model it was trained on, as its file gives it, or null.</summary>
    public string? ModelName => _parameters.ModelName;

    /// <summary>Lower-case hexadecimal SHA-256 of the weights of the model it was trained on, or null.</summary>
    public string? ModelSha256 => _parameters.ModelSha256;

    /// <summary>
    /// Lower-case hexadecimal SHA-256 of what it computes: architecture, sizes, k, normalisation and every folded weight.
    /// The same autoencoder in another file format has the same fingerprint where the numbers are the same. Computed at
    /// the first call, at about the speed of reading the weights.
    /// </summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>How it was trained, where its file says so.</summary>
    public SaeTrainingSummary? Training => _parameters.Training;

    /// <summary>[D, d] decoder rows in units of activation; shares its memory with the autoencoder.</summary>
    internal ReadOnlySpan<float> DecoderRows => _write;

    /// <summary>[D, d] encoder rows with every fold applied (the decoder's for matching pursuit): z = (x·row)/s + bias.</summary>
    internal ReadOnlySpan<float> EncoderRows => _read;

    /// <summary>[D] bias of z.</summary>
    internal ReadOnlySpan<float> EncoderBias => _bias;

    /// <summary>[D] level that z must exceed, at least 0; all 0 where latents compete for places instead.</summary>
    internal ReadOnlySpan<float> Threshold => _threshold;

    /// <summary>[d] what the decoder adds before the token's scale is put back; what matching pursuit takes off its input too.</summary>
    internal ReadOnlySpan<float> OutputBias => _output;

    /// <summary>Largest number of pursuit steps, the norm of the residual below which it stops, and whether a step that adds no latent ends it.</summary>
    internal (int Steps, float ResidualThreshold, bool StopOnDuplicate) PursuitRules =>
        (_parameters.MaxIterations == 0 ? HiddenSize : _parameters.MaxIterations, _parameters.ResidualThreshold, _parameters.StopOnDuplicateSupport);

    /// <summary>Statistics of its latents over a corpus, or null where none are known.</summary>
    public SaeStatistics? Statistics { get; }

    /// <summary>
    /// The whole encoder with every fold applied, for an autoencoder whose latents compete for k places (TopK with
    /// k &lt; D); null otherwise. Shares its memory with the autoencoder.
    /// </summary>
    public CompetingEncoder? Competition { get; }

    /// <summary>Checks and folds the parameters of an autoencoder. The arrays are taken over.</summary>
    /// <param name="parameters">The autoencoder as its file gives it.</param>
    /// <param name="statistics">Statistics of its latents, or null.</param>
    /// <exception cref="SteeringException">A size, a number or an option that cannot be.</exception>
    public static SparseAutoencoder Create(SaeParameters parameters, SaeStatistics? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        SaeParameterCheck.Check(parameters);
        if (statistics is not null && statistics.LatentCount != parameters.LatentCount)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{parameters.Source}: the statistics are of {statistics.LatentCount} latents, the autoencoder has {parameters.LatentCount}; make them again for this autoencoder."));
        }

        var folded = SaeFold.Apply(parameters);
        SaeParameterCheck.Finite(parameters.Source, "the encoder, after folding,", parameters.Encoder);
        SaeParameterCheck.Finite(parameters.Source, "the decoder, after folding,", parameters.Decoder);
        SaeParameterCheck.Finite(parameters.Source, "the bias, after folding,", folded.Bias);
        SaeParameterCheck.Finite(parameters.Source, "the threshold, after folding,", folded.Threshold);
        return new SparseAutoencoder(parameters, folded, statistics);
    }

    /// <summary>The same autoencoder with statistics of its latents.</summary>
    /// <param name="statistics">Statistics over D latents.</param>
    /// <exception cref="SteeringException">The statistics are of another number of latents.</exception>
    public SparseAutoencoder WithStatistics(SaeStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return statistics.LatentCount == LatentCount
            ? new SparseAutoencoder(_parameters, (_bias, _threshold, _output), statistics)
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: the statistics are of {statistics.LatentCount} latents, the autoencoder has {LatentCount}."));
    }

    /// <summary>The same autoencoder with other words on its training.</summary>
    /// <param name="training">How it was trained.</param>
    public SparseAutoencoder WithTraining(SaeTrainingSummary training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new SparseAutoencoder(_parameters with { Training = training }, (_bias, _threshold, _output), Statistics);
    }

    /// <summary>How a row of a socket reproduces this latent.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <exception cref="SteeringException">No such latent, or an architecture whose activation no socket row can compute.</exception>
    public SaeRow Row(int latent)
    {
        CheckLatent(latent);
        if (Architecture is SaeArchitecture.AbsTopK or SaeArchitecture.MatchingPursuit)
        {
            var why = Architecture == SaeArchitecture.AbsTopK ? "its latents are active on both signs of z, a socket row on one" : "each activation depends on the pursuit's earlier steps";
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: a latent of a {Architecture} autoencoder cannot be a socket row, because {why}. Steer along its decoder direction instead (a direction target with SparseAutoencoder.DecoderDirection({latent})), or use a standard, gated, jumprelu, batchtopk or topk autoencoder."));
        }

        var (constant, norm, deviation) = Normalisation switch
        {
            InputNormalisation.ConstantNorm => (0f, 1 / MathF.Sqrt(HiddenSize), 0f),
            InputNormalisation.LayerNorm => (0f, 0f, 1f),
            _ => (1f, 0f, 0f),
        };
        return new SaeRow(
            _read.AsSpan(latent * HiddenSize, HiddenSize).ToArray(),
            DecoderDirection(latent),
            _bias[latent],
            _threshold[latent],
            Competition is not null,
            constant,
            norm,
            deviation);
    }

    /// <summary>[d] decoder row of a latent, in units of its activation.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <exception cref="SteeringException">No such latent.</exception>
    public float[] DecoderDirection(int latent)
    {
        CheckLatent(latent);
        return _write.AsSpan(latent * HiddenSize, HiddenSize).ToArray();
    }

    /// <summary>
    /// Largest activation of a latent over a corpus, the unit of strength; null where it is not known or the latent
    /// never fired, and then a strength in this unit has no meaning.
    /// </summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <exception cref="SteeringException">No such latent.</exception>
    public float? MaxActivation(int latent)
    {
        CheckLatent(latent);
        return Statistics?.MaxActivation.Span[latent] is > 0 and var value ? value : null;
    }

    /// <summary>As <see cref="MaxActivation"/>, but says what to do where there is none.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <exception cref="SteeringException">No such latent, no statistics, or the latent never fired.</exception>
    public float RequireMaxActivation(int latent)
    {
        if (MaxActivation(latent) is { } value)
        {
            return value;
        }

        throw new SteeringException(Statistics is null
            ? string.Create(CultureInfo.InvariantCulture, $"{Source}: the largest activation of latent {latent} is not known, so a strength in multiples of it cannot be given. Measure it with 'steer sae stats MODEL {Source} --text FILE', which writes {SaeStatistics.FileName} into the autoencoder's folder (in code: MaxActivationAccumulator and SaeStatistics.Save), or give the strength in raw units.")
            : string.Create(CultureInfo.InvariantCulture, $"{Source}: latent {latent} never fired on the {Statistics.TokenCount} tokens of {SaeStatistics.FileName}, so its largest activation is no unit of strength. Give the strength in raw units, or choose another latent."));
    }

    private void CheckLatent(int latent)
    {
        if (latent < 0 || latent >= LatentCount)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Source}: there is no latent {latent}; the autoencoder has latents 0 to {LatentCount - 1}."));
        }
    }
}
