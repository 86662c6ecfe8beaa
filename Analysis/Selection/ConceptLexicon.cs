namespace Steering.Analysis.Selection;

/// <summary>
/// What a token says about a concept: ln of its share in texts of the concept over its share in the others, as multinomial naive
/// Bayes weighs it, with Jeffreys' prior of half a token and both kinds counted as if they were equally long. A token that
/// neither kind uses says nothing.
/// </summary>
internal sealed class ConceptLexicon
{
    private const double Prior = 0.5;

    private readonly long[] _own;
    private readonly long[] _others;

    /// <summary>Starts to count.</summary>
    /// <param name="vocabulary">Number of token ids.</param>
    public ConceptLexicon(int vocabulary) => (_own, _others) = (new long[vocabulary], new long[vocabulary]);

    /// <summary>Counts the tokens of a text.</summary>
    /// <param name="ids">Its tokens.</param>
    /// <param name="own">Whether it carries the concept.</param>
    public void Add(ReadOnlySpan<int> ids, bool own)
    {
        foreach (var id in ids)
        {
            (own ? _own : _others)[id]++;
        }
    }

    /// <summary>[vocabulary] evidence for the concept of every token, in nats.</summary>
    /// <exception cref="SteeringException">A kind has no token.</exception>
    public float[] Evidence()
    {
        var (own, others) = ((double)_own.Sum(), (double)_others.Sum());
        if (own == 0 || others == 0)
        {
            throw new SteeringException($"The texts {(own == 0 ? "with the concept" : "without the concept")} hold no token, so tokens say nothing about it. Give texts of both kinds.");
        }

        var size = Math.Min(own, others);
        return [.. _own.Zip(_others, (count, other) => (float)Math.Log(((count * size / own) + Prior) / ((other * size / others) + Prior)))];
    }
}
