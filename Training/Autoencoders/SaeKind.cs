using System.Text.Json.Serialization;
using Steering.Saes;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>A kind of sparse autoencoder: how it starts, what it minimises and what inference needs of it.</summary>
/// <remarks>
/// Squared errors are summed over d and averaged over tokens. <see cref="Loss"/> is plain autograd on dense tensors; the
/// kinds that keep few latents are trained faster by the sparse step, which is tested against this.
/// </remarks>
public abstract class SaeKind
{
    private const double FreeDecoderNorm = 0.1;

    /// <summary>What it is at inference.</summary>
    public abstract SaeArchitecture Architecture { get; }

    /// <summary>What it was told.</summary>
    public abstract SaeKindSettings Settings { get; }

    /// <summary>Whether <see cref="LossContext.SparsityCoefficient"/> has an effect.</summary>
    public virtual bool HasSparsityPenalty => false;

    /// <summary>The coefficient of the settings, in <see cref="SparsityUnit"/>.</summary>
    private protected virtual double SparsityCoefficient => 0;

    /// <summary>The threshold that latents start with; only JumpReLU has one.</summary>
    internal virtual double StartThreshold(int hiddenSize) => 0;

    /// <summary>The encoder's start in multiples of the decoder, where nothing is said.</summary>
    private protected virtual double DefaultEncoderScale => 1;

    /// <summary>First parameters.</summary>
    /// <param name="latents">Number of latents D.</param>
    /// <param name="sample">[n, d] some activations in the scale of training.</param>
    /// <param name="initialisation">Seed and options.</param>
    /// <exception cref="SteeringException">The settings do not fit the size.</exception>
    public SaeWeights Initialise(int latents, Tensor sample, SaeInitialisation initialisation)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(initialisation);
        var width = checked((int)sample.shape[1]);
        Settings.Validate(width, latents);
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        using var generator = new Generator(unchecked((ulong)initialisation.Seed));
        var decoder = randn([latents, width], ScalarType.Float32, generator: generator);
        DecoderNorm.Normalise(decoder);
        _ = decoder.mul_(initialisation.DecoderNorm ?? (Settings.UnitNormDecoder ? 1 : FreeDecoderNorm));
        var encoder = decoder * (initialisation.EncoderScale ?? DefaultEncoderScale);
        var bias = StartOfBias(new TokenNormaliser(sample, Settings.Normalisation).Input, initialisation.DecoderBias);
        return Assemble(encoder, decoder, bias.contiguous());
    }

    /// <summary>Forward pass.</summary>
    /// <param name="weights">The parameters.</param>
    /// <param name="x">[tokens, d] in the scale of training.</param>
    /// <param name="context">Coefficient and dead latents.</param>
    /// <returns>Loss, terms, activations and reconstruction; gradients are had by <c>Total.backward()</c>.</returns>
    public abstract SaeLoss Loss(SaeWeights weights, Tensor x, LossContext context);

    /// <summary>
    /// Turns a sparsity coefficient that depends on neither width nor scale of the input into λ: with inputs of mean norm
    /// √d the squared error grows as d, a count of latents not at all and a sum of activations as √d.
    /// </summary>
    /// <param name="hiddenSize">Width d of the residual stream.</param>
    /// <returns>λ for a coefficient of 1; 1 where the kind has no penalty.</returns>
    public virtual double SparsityUnit(int hiddenSize) => 1;

    /// <summary>λ as the settings have it: their coefficient times <see cref="SparsityUnit"/>; 0 where the kind has no penalty.</summary>
    /// <param name="hiddenSize">Width d of the residual stream.</param>
    public double SparsityWeight(int hiddenSize) => HasSparsityPenalty ? SparsityUnit(hiddenSize) * SparsityCoefficient : 0;

    /// <summary>What follows the backward pass: the parallel part of the decoder's gradient is removed where rows are kept at norm 1.</summary>
    public void PrepareGradients(SaeWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var gradient = Settings.UnitNormDecoder ? weights.Decoder.grad : null;
        if (gradient is not null)
        {
            DecoderNorm.RemoveParallel(weights.Decoder, gradient);
        }
    }

    /// <summary>What follows the optimiser's step: decoder rows back to norm 1, thresholds back to zero where they fell below.</summary>
    public void Project(SaeWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var gradient = no_grad();
        if (Settings.UnitNormDecoder)
        {
            DecoderNorm.Normalise(weights.Decoder);
        }

        _ = weights.Threshold?.clamp_min_(HeldScalars.Zero);
    }

    /// <summary>What inference needs, copied out of the tensors.</summary>
    /// <param name="weights">The parameters.</param>
    /// <param name="activationScale">The global factor on the input that training used.</param>
    /// <param name="threshold">Threshold learnt beside the parameters; for BatchTopK and Matryoshka.</param>
    public SaeParameters ToParameters(SaeWeights weights, float activationScale = 1, double threshold = 0)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Complete(
            new SaeParameters
            {
                Source = "training",
                Architecture = Architecture,
                HiddenSize = weights.HiddenSize,
                LatentCount = weights.LatentCount,
                Encoder = Copy(weights.Encoder),
                Decoder = Copy(weights.Decoder),
                DecoderBias = Copy(weights.DecoderBias),
                EncoderBias = Copy(weights.EncoderBias),
                GateBias = Copy(weights.GateBias),
                MagnitudeBias = Copy(weights.MagnitudeBias),
                MagnitudeLogScale = Copy(weights.MagnitudeLogScale),
                ApplyDecoderBiasToInput = Settings.SubtractDecoderBias,
                Normalisation = Settings.Normalisation,
                ActivationScale = activationScale,
            },
            weights,
            threshold);
    }

    /// <summary>Adds what only this kind has.</summary>
    private protected virtual SaeParameters Complete(SaeParameters parameters, SaeWeights weights, double threshold) => parameters;

    /// <summary>Adds the kind's vectors to the matrices.</summary>
    private protected virtual SaeWeights Assemble(Tensor encoder, Tensor decoder, Tensor bias) =>
        new(encoder, decoder, bias) { EncoderBias = zeros([encoder.shape[0]], ScalarType.Float32) };

    /// <summary>[tokens, d] what the encoder multiplies.</summary>
    private protected Tensor Centre(SaeWeights weights, Tensor input) => Settings.SubtractDecoderBias ? input - weights.DecoderBias : input;

    /// <summary>Mean over tokens of the sum over d of squares.</summary>
    private protected static Tensor MeanSquare(Tensor difference) => difference.Squared().sum([-1L]).mean();

    /// <summary>Values of a tensor, row by row; empty for null.</summary>
    private protected static float[] Copy(Tensor? tensor) => tensor is null ? [] : tensor.data<float>().ToArray();

    private static Tensor StartOfBias(Tensor sample, DecoderBiasStart start) => start switch
    {
        DecoderBiasStart.Mean => sample.mean([0L]),
        DecoderBiasStart.GeometricMedian => GeometricMedian.Of(sample),
        _ => zeros([sample.shape[1]], ScalarType.Float32),
    };
}

/// <summary>
/// What a kind of autoencoder can be told. Numbers with a unit are meant for inputs scaled so that their mean norm is √d,
/// which the trainer sees to; then none of the defaults depends on the model.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(ReluSettings), "relu")]
[JsonDerivedType(typeof(GatedSettings), "gated")]
[JsonDerivedType(typeof(JumpReluSettings), "jumprelu")]
[JsonDerivedType(typeof(TopKSettings), "topk")]
[JsonDerivedType(typeof(AbsTopKSettings), "abstopk")]
[JsonDerivedType(typeof(BatchTopKSettings), "batchtopk")]
[JsonDerivedType(typeof(MatryoshkaSettings), "matryoshka")]
public abstract record SaeKindSettings
{
    /// <summary>Whether the decoder bias is subtracted from the input.</summary>
    public bool SubtractDecoderBias { get; init; } = true;

    /// <summary>What is done to each token before it is encoded, and undone after.</summary>
    public InputNormalisation Normalisation { get; init; }

    /// <summary>Whether decoder rows are kept at norm 1; see <see cref="DecoderNorm"/>.</summary>
    public bool UnitNormDecoder { get; init; } = true;

    /// <summary>The kind with these settings.</summary>
    public abstract SaeKind Create();

    /// <summary>Refuses settings that do not fit an autoencoder of this size.</summary>
    /// <param name="hiddenSize">Width d of the residual stream.</param>
    /// <param name="latents">Number of latents D.</param>
    /// <exception cref="SteeringException">One does not; the message names it.</exception>
    public virtual void Validate(int hiddenSize, int latents)
    {
        if (hiddenSize < 1 || latents < 1)
        {
            throw new SteeringException($"An autoencoder with {latents} latents over {hiddenSize} numbers was asked for; both must be at least 1.");
        }
    }

    /// <exception cref="SteeringException">Not positive and finite.</exception>
    private protected static void RequirePositive(string name, double value)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new SteeringException($"{name} is {value}, but must be positive.");
        }
    }
}
