namespace Steering.Sandbox.Language;

/// <summary>
/// Random choices that remember how improbable they were. SplitMix64 (Steele, Lea and Flood 2014), so that a seed means the
/// same on every machine and .NET version.
/// </summary>
internal sealed class ChoiceStream(ulong seed)
{
    // Mixed, because the seeds of a corpus are this generator's own increments apart.
    private ulong _state = Mix(seed ^ 0x6A09E667F3BCC908);

    /// <summary>−ln of the probability of every choice so far.</summary>
    public double Nats { get; private set; }

    /// <summary>A number in [0, <paramref name="count"/>), all equally likely.</summary>
    public int Next(int count)
    {
        Nats += Math.Log(count);
        return (int)Math.BigMul(Draw(), (ulong)count, out _);
    }

    public int Between(int low, int high) => low + Next(high - low + 1);

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public bool Chance(double probability)
    {
        var hit = Unit() < probability;
        Nats -= Math.Log(hit ? probability : 1 - probability);
        return hit;
    }

    /// <summary>An index drawn in proportion to the weights; a weight of zero is never drawn.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var left = Unit() * total;
        var chosen = -1;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }

            chosen = i;
            left -= weights[i];
            if (left < 0)
            {
                break;
            }
        }

        Nats -= Math.Log(weights[chosen] / total);
        return chosen;
    }

    private double Unit() => (Draw() >> 11) * (1.0 / (1UL << 53));

    private ulong Draw()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
