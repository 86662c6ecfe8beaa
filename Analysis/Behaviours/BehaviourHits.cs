namespace Steering.Analysis.Behaviours;

/// <summary>
/// Counts for every latent how often it is the strongest of a labelled step (RISE, arXiv 2512.23988, §3.1): the bridge
/// from latents to behaviours. Not thread-safe.
/// </summary>
/// <param name="latentCount">Number of latents D.</param>
/// <param name="labelCount">Number of labels C.</param>
public sealed class BehaviourHits(int latentCount, int labelCount)
{
    private readonly long[] _hits = new long[latentCount * labelCount];

    /// <summary>Number of latents D.</summary>
    public int LatentCount => latentCount;

    /// <summary>Number of labels C.</summary>
    public int LabelCount => labelCount;

    /// <summary>Hits of a latent under a label.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="label">Label, 0-based.</param>
    public long Of(int latent, int label) => _hits[(latent * labelCount) + label];

    /// <summary>Hits of a latent under any label.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    public long Total(int latent)
    {
        var total = 0L;
        for (var label = 0; label < labelCount; label++)
        {
            total += Of(latent, label);
        }

        return total;
    }

    /// <summary>The label with most hits of a latent; the first of several.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    public int Owner(int latent)
    {
        var owner = 0;
        for (var label = 1; label < labelCount; label++)
        {
            owner = Of(latent, label) > Of(latent, owner) ? label : owner;
        }

        return owner;
    }

    /// <summary>Adds a step; one on which nothing is active is no hit of any latent.</summary>
    /// <param name="label">Its label, 0-based.</param>
    /// <param name="latents">Latents that are active, ascending.</param>
    /// <param name="values">Their activations.</param>
    public void Add(int label, ReadOnlySpan<int> latents, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)labelCount, nameof(label));
        var strongest = -1;
        for (var index = 0; index < latents.Length; index++)
        {
            if (values[index] > 0 && (strongest < 0 || values[index] > values[strongest]))
            {
                strongest = index;
            }
        }

        if (strongest >= 0)
        {
            _hits[(latents[strongest] * labelCount) + label]++;
        }
    }
}
