namespace Steering.Training.Autoencoders;

/// <summary>Settings of the kinds that keep a fixed number of latents.</summary>
public abstract record RankedSettings : SaeKindSettings
{
    /// <summary>Active latents a token; on average, and possibly fractional, for BatchTopK and Matryoshka.</summary>
    public double K { get; init; } = 32;

    /// <summary>
    /// Whether pre-activations are multiplied by the norm of their decoder row before they are ranked, and divided by it in
    /// the decoder. Says nothing where rows are kept at norm 1.
    /// </summary>
    public bool RescaleByDecoderNorm { get; init; }

    /// <summary>The auxiliary loss.</summary>
    public AuxiliarySettings Auxiliary { get; init; } = new();

    /// <summary>Whether k may be fractional.</summary>
    private protected abstract bool IsBatchWide { get; }

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        Auxiliary.Validate();
        if (!(K > 0 && K <= latents) || (!IsBatchWide && K != Math.Floor(K)))
        {
            throw new SteeringException($"k is {K}, but must be {(IsBatchWide ? "a positive number" : "a whole number from 1")} up to the number of latents, {latents}.");
        }
    }
}
