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
