using Steering.Saes;

namespace Steering.Analysis.Behaviours;

/// <summary>
/// ReasonScore (Galichin et al., arXiv 2503.18878): how much more a latent is active around reasoning words than elsewhere,
/// and how evenly over them: <c>μ⁺_j/Σμ⁺ · H_j^α − μ⁻_j/Σμ⁻</c>, where μ⁺ and μ⁻ are mean activations inside and outside the
/// windows around the words, and H is the entropy of the mean activations by word, divided by log(words). Not thread-safe.
/// </summary>
/// <param name="latentCount">Number of latents D.</param>
/// <param name="wordCount">Number of words, at least 2: with one there is no entropy.</param>
public sealed class ReasonScore(int latentCount, int wordCount)
{
    /// <summary>α of the paper.</summary>
    public const double UsualExponent = 0.7;

    private readonly double[] _inside = new double[latentCount];
    private readonly double[] _outside = new double[latentCount];
    private readonly double[] _byWord = new double[(long)latentCount * wordCount];
    private readonly long[] _tokensByWord = new long[wordCount];

    /// <summary>Tokens inside windows so far.</summary>
    public long Inside { get; private set; }

    /// <summary>Tokens outside.</summary>
    public long Outside { get; private set; }

    /// <summary>Adds a token.</summary>
    /// <param name="words">The words in whose windows it lies.</param>
    /// <param name="codes">Activations.</param>
    /// <param name="row">Its row.</param>
    public void Add(IReadOnlyList<int> words, SparseActivations codes, int row)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(codes);
        (Inside, Outside) = words.Count > 0 ? (Inside + 1, Outside) : (Inside, Outside + 1);
        var sums = words.Count > 0 ? _inside : _outside;
        var indices = codes.Indices(row);
        var values = codes.Values(row);
        for (var index = 0; index < indices.Length; index++)
        {
            sums[indices[index]] += values[index];
        }

        foreach (var word in words)
        {
            _tokensByWord[word]++;
            for (var index = 0; index < indices.Length; index++)
            {
                _byWord[((long)indices[index] * wordCount) + word] += values[index];
            }
        }
    }

    /// <summary>The scores.</summary>
    /// <param name="exponent">α.</param>
    /// <returns>[D].</returns>
    /// <exception cref="SteeringException">No token lies inside, or none outside, or there is one word only.</exception>
    public double[] Scores(double exponent = UsualExponent)
    {
        if (wordCount < 2 || Inside == 0 || Outside == 0)
        {
            throw new SteeringException($"A ReasonScore needs at least two words, and tokens near them and far from them; there {(wordCount == 1 ? "is 1 word" : $"are {wordCount} words")}, {Inside} tokens inside windows and {Outside} outside.");
        }

        var (insideSum, outsideSum) = (_inside.Sum() / Inside, _outside.Sum() / Outside);
        var scores = new double[latentCount];
        for (var latent = 0; latent < latentCount; latent++)
        {
            var inside = insideSum == 0 ? 0 : _inside[latent] / Inside / insideSum;
            var outside = outsideSum == 0 ? 0 : _outside[latent] / Outside / outsideSum;
            scores[latent] = (inside == 0 ? 0 : inside * Math.Pow(Evenness(latent), exponent)) - outside;
        }

        return scores;
    }

    private double Evenness(int latent)
    {
        Span<double> means = wordCount <= 256 ? stackalloc double[wordCount] : new double[wordCount];
        var sum = 0.0;
        for (var word = 0; word < wordCount; word++)
        {
            means[word] = _tokensByWord[word] == 0 ? 0 : _byWord[((long)latent * wordCount) + word] / _tokensByWord[word];
            sum += means[word];
        }

        var entropy = 0.0;
        foreach (var mean in means)
        {
            entropy -= mean > 0 ? mean / sum * Math.Log(mean / sum) : 0;
        }

        return Math.Clamp(entropy / Math.Log(wordCount), 0, 1);
    }
}
