namespace Steering.Saes;

/// <summary>The active latents of several tokens: per token the indices, ascending, and the activations.</summary>
public sealed class SparseActivations
{
    private readonly int[] _offsets;
    private readonly int[] _indices;
    private readonly float[] _values;

    internal SparseActivations(int latentCount, int[] offsets, int[] indices, float[] values)
    {
        LatentCount = latentCount;
        _offsets = offsets;
        _indices = indices;
        _values = values;
    }

    /// <summary>Number of tokens T.</summary>
    public int Tokens => _offsets.Length - 1;

    /// <summary>Number of latents D of the autoencoder.</summary>
    public int LatentCount { get; }

    /// <summary>Number of active latents over all tokens; divided by <see cref="Tokens"/> it is the mean L0.</summary>
    public int Count => _indices.Length;

    /// <summary>Indices of the active latents of a token, ascending.</summary>
    /// <param name="token">Token, 0-based.</param>
    public ReadOnlySpan<int> Indices(int token) => _indices.AsSpan(_offsets[token].._offsets[token + 1]);

    /// <summary>Activations of a token, in the order of <see cref="Indices"/>.</summary>
    /// <param name="token">Token, 0-based.</param>
    public ReadOnlySpan<float> Values(int token) => _values.AsSpan(_offsets[token].._offsets[token + 1]);
}
