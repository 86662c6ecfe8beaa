using System.Globalization;
using Steering.Concepts;

namespace Steering.Analysis.Concepts;

/// <summary>
/// Measures concepts in one pass over pooled activations. Memory grows with the latents that fire and the concepts, not
/// with the observations: a pair of latent and concept keeps up to <see cref="ExactValues"/> values and then a fine
/// histogram of fixed size. What is not active is never touched. Not thread-safe.
/// </summary>
internal sealed class ConceptAccumulator
{
    /// <summary>
    /// How many active values of a latent under a concept are kept singly by default. Up to it histograms and ROC-AUC are
    /// exact; beyond it a value can fall into the neighbouring bin where a fine bin straddles a border.
    /// </summary>
    public const int DefaultExactValues = 4096;

    private const int BlockSize = 1024;

    private readonly int _exact;
    private readonly string[] _names;
    private readonly long[] _observations;
    private readonly ActiveValues?[]?[] _blocks;

    /// <summary>Starts to measure.</summary>
    /// <param name="latentCount">Number of latents D.</param>
    /// <param name="concepts">Names of the C concepts.</param>
    /// <param name="exactValues">How many values of a pair are kept singly.</param>
    /// <exception cref="SteeringException">There are fewer than two concepts, or two of one name.</exception>
    public ConceptAccumulator(int latentCount, IReadOnlyList<string> concepts, int exactValues = DefaultExactValues)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latentCount, 1);
        ArgumentNullException.ThrowIfNull(concepts);
        ArgumentOutOfRangeException.ThrowIfLessThan(exactValues, 1);
        if (concepts.Count < 2 || concepts.Distinct(StringComparer.Ordinal).Count() < concepts.Count)
        {
            throw new SteeringException($"Concepts are told apart from each other, so at least two of different names are needed; given were {(concepts.Count == 0 ? "none" : string.Join(", ", concepts))}.");
        }

        (LatentCount, _exact, _names) = (latentCount, exactValues, [.. concepts]);
        _observations = new long[concepts.Count];
        _blocks = new ActiveValues?[]?[(latentCount + BlockSize - 1) / BlockSize];
    }

    /// <summary>Number of latents D.</summary>
    public int LatentCount { get; }

    /// <summary>How many values of a pair are kept singly.</summary>
    public int ExactValues => _exact;

    /// <summary>Observations of each concept so far.</summary>
    public ReadOnlySpan<long> Observations => _observations;

    /// <summary>Adds one observation: a pooled text, a token or a step.</summary>
    /// <param name="concepts">The concepts that it carries, each once; it counts under each of them.</param>
    /// <param name="latents">Latents that are active, each once.</param>
    /// <param name="values">Their activations, in the same order; 0 counts as inactive.</param>
    /// <exception cref="SteeringException">An activation is below 0 or not finite.</exception>
    public void Add(ReadOnlySpan<int> concepts, ReadOnlySpan<int> latents, ReadOnlySpan<float> values)
    {
        if (latents.Length != values.Length)
        {
            throw new ArgumentException($"{latents.Length} latents with {values.Length} values.", nameof(values));
        }

        foreach (var concept in concepts)
        {
            _observations[concept]++;
        }

        for (var index = 0; index < latents.Length; index++)
        {
            if (!(values[index] >= 0 && float.IsFinite(values[index])))
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Latent {latents[index]} has the activation {values[index]}; concept statistics are of activations that are finite and at least 0, so an SAE with signed activations (AbsTopK) cannot be measured this way."));
            }

            if (values[index] > 0)
            {
                foreach (var concept in concepts)
                {
                    Values(latents[index], concept).Add(values[index]);
                }
            }
        }
    }

    /// <summary>What was measured.</summary>
    /// <param name="origin">On what.</param>
    /// <param name="cancellationToken">Stops between latents.</param>
    /// <exception cref="SteeringException">A concept has fewer than two observations.</exception>
    public ConceptStatistics ToStatistics(ConceptOrigin origin, CancellationToken cancellationToken = default)
    {
        CheckObservations();
        var result = new StatisticsBuilder(LatentCount, _observations);
        var row = new ActiveValues?[_names.Length];
        for (var latent = 0; latent < LatentCount; latent++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_blocks[latent / BlockSize] is { } block)
            {
                Array.Copy(block, latent % BlockSize * row.Length, row, 0, row.Length);
            }
            else
            {
                Array.Clear(row);
            }

            result.Add(latent, row);
        }

        return result.Build(origin, [.. _names.Select((name, index) => new Concept(name, _observations[index]))]);
    }

    private ActiveValues Values(int latent, int concept)
    {
        var block = _blocks[latent / BlockSize] ??= new ActiveValues?[BlockSize * _names.Length];
        return block[(latent % BlockSize * _names.Length) + concept] ??= new ActiveValues(_exact);
    }

    private void CheckObservations()
    {
        for (var concept = 0; concept < _names.Length; concept++)
        {
            if (_observations[concept] < 2)
            {
                throw new SteeringException($"The concept '{_names[concept]}' has {(_observations[concept] == 0 ? "no example" : "one example")}; a distribution needs at least 2, and 200 or more make it worth something. Give more texts with this label, or leave it out.");
            }
        }
    }
}
