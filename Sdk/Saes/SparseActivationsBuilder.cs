namespace Steering.Saes;

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
