using Steering.Export.Saes;
using Steering.Saes;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>
/// Folds against the unfolded definitions in double precision, with and without the decoder bias on the input.
/// Tolerance: 1e-5 of the largest expected magnitude.
/// </summary>
[TestClass]
public sealed class SaeFoldingTests
{
    private const double Tolerance = 1e-5;
    private const int Tokens = 24;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Apply_KeepsTheReconstruction_AndActivationsUpToTheirUnit(SaeParameters parameters, SaeFolds folds)
    {
        var before = SaeParameterComparison.Copy(parameters);
        var folded = SaeFolding.Apply(parameters, folds);
        SaeParameterComparison.AreSame(before, parameters, "the given parameters");

        var factors = SaeFolding.ActivationFactors(parameters, folds);
        var x = Numbers.Normal(77, Tokens * parameters.HiddenSize, 2);
        var (expected, expectedOutput) = Run(parameters, x);
        var (actual, actualOutput) = Run(folded, x);
        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] *= factors?[i % parameters.LatentCount] ?? 1;
        }

        var active = expected.Count(value => value != 0);
        Assert.IsGreaterThan(Tokens, active, "Hardly any latent is active: the case proves nothing.");
        Assert.AreEqual(active, actual.Count(value => value != 0));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected, actual));
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expectedOutput, actualOutput));
        Folded(folded, folds);
    }

    [TestMethod]
    public void Gated_ComputesTheJumpReluThatRunTimeInferenceComputesToo()
    {
        var gated = SaeReference.Random(SaeArchitecture.Gated, 21);
        var x = Numbers.Normal(78, Tokens * gated.HiddenSize, 2);
        var expected = new float[Tokens * gated.LatentCount];
        SparseAutoencoder.Create(SaeParameterComparison.Copy(gated)).Encode(x, Tokens, expected);
        var actual = new float[expected.Length];
        SparseAutoencoder.Create(SaeFolding.Gated(gated)).Encode(x, Tokens, actual);
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected, actual));
    }

    [TestMethod]
    public void DecoderNorm_OfARowOfZeros_LeavesItsActivationAlone()
    {
        var parameters = SaeReference.Random(SaeArchitecture.Gated, 22);
        parameters.Decoder.AsSpan(0, parameters.HiddenSize).Clear();
        var folded = SaeFolding.DecoderNorm(parameters);
        Assert.AreEqual(parameters.MagnitudeBias[0], folded.MagnitudeBias[0]);
        Assert.AreEqual(parameters.MagnitudeLogScale[0], folded.MagnitudeLogScale[0]);
    }

    [TestMethod]
    public void Apply_OfAFoldThatIsNotDefined_IsRefusedByName()
    {
        Refusal.Of(() => SaeFolding.DecoderNorm(SaeReference.Random(SaeArchitecture.TopK, 1)), "'decoder-norm'", "TopK", "rescale_acts_by_decoder_norm");
        Refusal.Of(() => SaeFolding.DecoderNorm(SaeReference.Random(SaeArchitecture.AbsTopK, 1)), "'decoder-norm'", "AbsTopK");
        Refusal.Of(() => SaeFolding.DecoderNorm(SaeReference.Random(SaeArchitecture.MatchingPursuit, 1)), "'decoder-norm'", "matching pursuit");
        Refusal.Of(() => SaeFolding.InputBias(SaeReference.Random(SaeArchitecture.MatchingPursuit, 1)), "'input-bias'", "matching pursuit");
        Refusal.Of(() => SaeFolding.Gated(SaeReference.Random(SaeArchitecture.Standard, 1)), "'gated'", "Standard");
    }

    private static IEnumerable<object[]> Cases()
    {
        foreach (var architecture in Enum.GetValues<SaeArchitecture>().Where(kind => kind != SaeArchitecture.MatchingPursuit))
        {
            foreach (var pre in new[] { true, false })
            {
                foreach (var rescale in new[] { false, true })
                {
                    var ranked = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
                    var batch = architecture is SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
                    if (rescale && !ranked && !batch)
                    {
                        continue;
                    }

                    var parameters = SaeReference.Random(architecture, 10 + (int)architecture) with
                    {
                        ApplyDecoderBiasToInput = pre,
                        RescaleByDecoderNorm = rescale,
                        ActivationScale = 0.7f,
                        DecoderGain = Numbers.Normal(50, 96),
                    };
                    var gated = architecture == SaeArchitecture.Gated;
                    var normed = !ranked || rescale;
                    var all = SaeFolds.Scale | SaeFolds.InputBias | (gated ? SaeFolds.Gated : SaeFolds.None) | (normed ? SaeFolds.DecoderNorm : SaeFolds.None);
                    foreach (var folds in new[] { SaeFolds.Scale, SaeFolds.InputBias, gated ? SaeFolds.Gated : SaeFolds.None, normed ? SaeFolds.DecoderNorm : SaeFolds.None, all }.Where(folds => folds != SaeFolds.None))
                    {
                        yield return [parameters, folds];
                    }
                }
            }
        }
    }

    private static void Folded(SaeParameters folded, SaeFolds folds)
    {
        Assert.AreEqual(folds.HasFlag(SaeFolds.Scale) ? 1f : 0.7f, folded.ActivationScale);
        Assert.IsFalse(folds.HasFlag(SaeFolds.InputBias) && folded.ApplyDecoderBiasToInput);
        Assert.IsFalse(folds.HasFlag(SaeFolds.Gated) && folded.Architecture != SaeArchitecture.JumpRelu);
        if (folds.HasFlag(SaeFolds.DecoderNorm))
        {
            Assert.IsFalse(folded.RescaleByDecoderNorm);
            foreach (var row in folded.Decoder.Chunk(folded.HiddenSize))
            {
                Assert.AreEqual(folded.ActivationScale, Math.Sqrt(row.Sum(value => (double)value * value)), 1e-6);
            }
        }
    }

    private static (float[] Activations, float[] Reconstruction) Run(SaeParameters parameters, float[] x)
    {
        var reference = new SaeReference(parameters);
        var activations = new List<float>();
        var output = new List<float>();
        foreach (var token in x.Chunk(parameters.HiddenSize))
        {
            var encoded = reference.Encode(token);
            activations.AddRange(encoded.Select(value => (float)value));
            output.AddRange(reference.Decode(encoded, token).Select(value => (float)value));
        }

        return ([.. activations], [.. output]);
    }
}
