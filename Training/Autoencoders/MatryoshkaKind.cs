using System.Globalization;
using Steering.Saes;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// Matryoshka BatchTopK: one selection over all latents, and each of the nested prefixes must reconstruct the input by
/// itself (arXiv 2503.17547).
/// </summary>
/// <param name="settings">Its settings.</param>
public sealed class MatryoshkaKind(MatryoshkaSettings settings) : BatchRankedKind
{
    /// <inheritdoc/>
    public override SaeArchitecture Architecture => SaeArchitecture.MatryoshkaBatchTopK;

    /// <inheritdoc/>
    public override RankedSettings Ranked => settings;

    /// <inheritdoc/>
    public override double ThresholdRate => settings.ThresholdRate;

    private protected override void AddErrors(RankedPass pass, List<LossTerm> terms)
    {
        var weight = settings.WeightFor(pass.Weights.LatentCount);
        terms.Add(new LossTerm(LossTerm.SquaredError, MeanSquare(pass.Reconstruction - pass.Input) * weight));
        foreach (var (_, end, reconstruction) in Prefixes(pass).SkipLast(1))
        {
            var name = LossTerm.Prefix + end.ToString(CultureInfo.InvariantCulture);
            terms.Add(new LossTerm(name, MeanSquare(reconstruction - pass.Input) * weight));
        }
    }

    private protected override Tensor Auxiliary(RankedPass pass)
    {
        if (!settings.AuxiliaryByPrefix)
        {
            return base.Auxiliary(pass);
        }

        var sum = zeros([], ScalarType.Float32);
        foreach (var (first, end, reconstruction) in Prefixes(pass))
        {
            sum = sum + DeadLatents.Loss(pass, reconstruction, first, end);
        }

        return sum;
    }

    private List<(int First, int End, Tensor Reconstruction)> Prefixes(RankedPass pass)
    {
        var prefixes = new List<(int First, int End, Tensor Reconstruction)>();
        var first = 0;
        Tensor sum = pass.Weights.DecoderBias;
        foreach (var end in settings.WidthsFor(pass.Weights.LatentCount))
        {
            sum = sum + pass.Decode(pass.Activations.slice(1, first, end, 1), first, end);
            prefixes.Add((first, end, pass.Undo(sum)));
            first = end;
        }

        return prefixes;
    }
}

/// <summary>Settings of <see cref="MatryoshkaKind"/>.</summary>
public sealed record MatryoshkaSettings : RankedSettings
{
    private static readonly int[] Divisors = [16, 8, 4, 2, 1];

    /// <summary>Widths of the nested prefixes in ascending order; the number of latents is added where it is not the last. Empty: D/16, D/8, D/4, D/2, D.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [];

    /// <summary>How the prefixes' squared errors are added up.</summary>
    public PrefixWeighting Weighting { get; init; }

    /// <summary>Whether dead latents are trained on the error of their own prefix rather than that of the whole.</summary>
    public bool AuxiliaryByPrefix { get; init; }

    /// <summary>Share of the newest batch in the running threshold; see <see cref="ThresholdEstimate"/>.</summary>
    public double ThresholdRate { get; init; } = ThresholdEstimate.DefaultRate;

    private protected override bool IsBatchWide => true;

    /// <summary>The prefixes of an autoencoder with so many latents; the last is the whole.</summary>
    public IReadOnlyList<int> WidthsFor(int latents) =>
        Widths.Count == 0 ? [.. Divisors.Select(divisor => latents / divisor).Where(width => width > 0).Distinct()]
        : Widths[^1] == latents ? Widths
        : [.. Widths, latents];

    /// <summary>Weight of each prefix's squared error.</summary>
    public float WeightFor(int latents) => Weighting == PrefixWeighting.Sum ? 1 : 1f / WidthsFor(latents).Count;

    /// <inheritdoc/>
    public override SaeKind Create() => new MatryoshkaKind(this);

    /// <inheritdoc/>
    public override void Validate(int hiddenSize, int latents)
    {
        base.Validate(hiddenSize, latents);
        ThresholdEstimate.ValidateRate(ThresholdRate);
        var widths = WidthsFor(latents);
        for (var index = 0; index < widths.Count; index++)
        {
            if (widths[index] <= (index == 0 ? 0 : widths[index - 1]) || widths[index] > latents)
            {
                throw new SteeringException($"The prefixes {string.Join(", ", widths)} were given; they must be positive, ascending and at most the number of latents, {latents}.");
            }
        }
    }
}

/// <summary>How the squared errors of the nested prefixes are added up.</summary>
public enum PrefixWeighting
{
    /// <summary>Each divided by the number of prefixes, so that the loss keeps the units of one squared error.</summary>
    Mean,

    /// <summary>Each with weight 1, as in SAELens.</summary>
    Sum,
}
