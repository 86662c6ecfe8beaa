namespace Steering.Training.Kernels;

/// <summary>What the pass over tokens leaves for the pass over latents.</summary>
internal readonly unsafe struct LatentErrors
{
    /// <summary>[capacity, d] what the encoder multiplied.</summary>
    public required float* Centred { get; init; }

    /// <summary>Tokens and activations of each latent.</summary>
    public required LatentIndex Index { get; init; }

    /// <summary>[prefixes, capacity, d] weighted errors, of each prefix with all larger ones added.</summary>
    public required float* Errors { get; init; }

    /// <summary>The same of the dead latents that served, or null where none did.</summary>
    public required LatentIndex? AuxiliaryIndex { get; init; }

    /// <summary>[capacity, d] what they left of the error.</summary>
    public required float* AuxiliaryErrors { get; init; }

    /// <summary>Weight of their loss.</summary>
    public required float AuxiliaryWeight { get; init; }
}
