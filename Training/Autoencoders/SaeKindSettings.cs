using System.Text.Json.Serialization;
using Steering.Saes;

namespace Steering.Training.Autoencoders;

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
