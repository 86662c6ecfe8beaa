namespace Steering.Training.Kernels;

/// <summary>
/// The active latents of a batch: of token t the entries <c>Starts[t] … Starts[t] + Counts[t] − 1</c>, in ascending order of
/// latents.
/// </summary>
internal sealed class SparseCode
{
    private int[] _latents = [];
    private float[] _values = [];

    public SparseCode(int tokens)
    {
        Starts = new int[tokens];
        Counts = new int[tokens];
    }

    /// <summary>[tokens] first entry of each token.</summary>
    public int[] Starts { get; }

    /// <summary>[tokens] number of entries of each token.</summary>
    public int[] Counts { get; }

    /// <summary>[entries] the latent.</summary>
    public int[] Latents => _latents;

    /// <summary>[entries] its activation.</summary>
    public float[] Values => _values;

    /// <summary>Makes room for so many entries; what was there is lost.</summary>
    public void Reserve(int entries)
    {
        if (_latents.Length < entries)
        {
            _latents = GC.AllocateUninitializedArray<int>(entries, pinned: true);
            _values = GC.AllocateUninitializedArray<float>(entries, pinned: true);
        }
    }

    /// <summary>Gives every token the same room.</summary>
    public void ReserveEqually(int tokens, int each)
    {
        Reserve(checked(tokens * each));
        for (var token = 0; token < tokens; token++)
        {
            Starts[token] = token * each;
        }
    }
}
