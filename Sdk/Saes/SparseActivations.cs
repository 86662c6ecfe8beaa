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

/// <summary>Collects the active latents of dense rows. Both arrays grow by doubling, so no token allocates.</summary>
internal sealed class SparseActivationsBuilder(int tokens, int latentCount, int expectedPerToken)
{
    private readonly int[] _offsets = new int[tokens + 1];
    private int[] _indices = new int[(int)Math.Min((long)tokens * expectedPerToken, 1 << 24)];
    private float[] _values = new float[(int)Math.Min((long)tokens * expectedPerToken, 1 << 24)];
    private int _token;
    private int _count;

    public void Append(ReadOnlySpan<float> rows, int count)
    {
        for (var row = 0; row < count; row++)
        {
            var values = rows.Slice(row * latentCount, latentCount);
            Reserve(latentCount);
            for (var at = values.IndexOfAnyExcept(0f); at >= 0;)
            {
                _indices[_count] = at;
                _values[_count++] = values[at];
                var step = values[(at + 1)..].IndexOfAnyExcept(0f);
                at = step < 0 ? -1 : at + 1 + step;
            }

            _offsets[++_token] = _count;
        }
    }

    public SparseActivations Build() => new(latentCount, _offsets, _indices.AsSpan(0, _count).ToArray(), _values.AsSpan(0, _count).ToArray());

    private void Reserve(int more)
    {
        if (_indices.Length - _count < more)
        {
            var size = checked(Math.Max(_indices.Length * 2, _count + more));
            Array.Resize(ref _indices, size);
            Array.Resize(ref _values, size);
        }
    }
}
