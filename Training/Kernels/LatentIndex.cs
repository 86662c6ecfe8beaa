namespace Steering.Training.Kernels;

/// <summary>A <see cref="SparseCode"/> read the other way: of latent l the tokens <c>Starts[l] … Starts[l + 1] − 1</c>, ascending.</summary>
internal sealed class LatentIndex(int latents)
{
    private readonly int[] _cursor = new int[latents];
    private int[] _tokens = [];
    private float[] _values = [];

    /// <summary>[latents + 1] first entry of each latent.</summary>
    public int[] Starts { get; } = new int[latents + 1];

    /// <summary>[entries] the token.</summary>
    public int[] Tokens => _tokens;

    /// <summary>[entries] the activation.</summary>
    public float[] Values => _values;

    /// <summary>Whether a latent has an entry.</summary>
    public bool Has(int latent) => Starts[latent] < Starts[latent + 1];

    /// <summary>The smallest positive activation; infinite where there is none.</summary>
    public float SmallestPositive()
    {
        var smallest = float.PositiveInfinity;
        foreach (var value in _values.AsSpan(0, Starts[^1]))
        {
            smallest = value > 0 && value < smallest ? value : smallest;
        }

        return smallest;
    }

    /// <summary>Sorts the entries by latent (counting sort: stable, so tokens stay in order).</summary>
    public void Build(SparseCode code, int tokens)
    {
        Array.Clear(Starts);
        var total = 0;
        for (var token = 0; token < tokens; token++)
        {
            var start = code.Starts[token];
            var end = start + code.Counts[token];
            for (var entry = start; entry < end; entry++)
            {
                Starts[code.Latents[entry] + 1]++;
            }

            total += code.Counts[token];
        }

        if (_tokens.Length < total)
        {
            _tokens = GC.AllocateUninitializedArray<int>(total, pinned: true);
            _values = GC.AllocateUninitializedArray<float>(total, pinned: true);
        }

        for (var latent = 0; latent < latents; latent++)
        {
            Starts[latent + 1] += Starts[latent];
            _cursor[latent] = Starts[latent];
        }

        for (var token = 0; token < tokens; token++)
        {
            var start = code.Starts[token];
            var end = start + code.Counts[token];
            for (var entry = start; entry < end; entry++)
            {
                var at = _cursor[code.Latents[entry]]++;
                _tokens[at] = token;
                _values[at] = code.Values[entry];
            }
        }
    }
}
