using Steering.Export.Saes;
using Steering.Saes;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>
/// Exported graphs in ONNX Runtime against our own encoder and decoder, the oracles and the definitions in double
/// precision. Tolerance in fp32: 1e-5 of the largest expected magnitude.
/// </summary>
[TestClass]
public sealed class SaeOnnxWriterTests
{
    private const double Tolerance = 1e-5;
    private const int Tokens = 70; // More than one block of decode, and not a whole number of blocks.

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Graphs_OfEveryKindAndFlag_ComputeTheDefinition(SaeParameters parameters, bool dense)
    {
        using var temporary = new TemporaryFolder();
        var reference = new SaeReference(parameters);
        var pursuit = parameters.Architecture == SaeArchitecture.MatchingPursuit;
        var sae = SparseAutoencoder.Create(SaeParameterComparison.Copy(parameters));
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Dense = dense });
        using var session = new SaeOnnxSession(temporary["out"]);
        var x = Numbers.Normal(91, Tokens * sae.HiddenSize, 2);

        var own = Own(sae, x);
        var (activations, outputs) = session.Encode(sae, x, batch: 2);
        Assert.AreEqual(dense || sae.K == 0, outputs.ContainsKey(SaeOnnxNames.Activations));
        Close(own.Activations, activations, "activations, own");
        var reconstruction = session.Decode(sae, outputs, Tokens, batch: 2);
        Close(own.Reconstruction, reconstruction, "reconstruction, own");
        if (!pursuit)
        {
            Close(Defined(x, sae.HiddenSize, token => reference.Encode(token)), activations, "activations, defined");
            Close(Defined(x, sae.HiddenSize, token => reference.Decode(reference.Encode(token), token)), reconstruction, "reconstruction, defined");
        }

        var edit = SaeOnnxEdit.Mixed(3, 90, 17, 4, 55, 8, 20, 21, 22, 23, 24, 25);
        var (edited, before) = session.Edit(sae, x, edit, batch: 2);
        Close([.. Enumerable.Range(0, before.Length).Select(index => own.Activations[((index / edit.Latents.Length) * sae.LatentCount) + (int)edit.Latents[index % edit.Latents.Length]])], before, "activations before the edit");
        Close(Edited(sae, x, own, edit), edited, "edited");
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void Edit_ThatChangesNothing_GivesBackTheInputToTheBit(SaeParameters parameters, bool dense)
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeParameterComparison.Copy(parameters));
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Dense = dense, Graphs = SaeOnnxGraphs.Edit });
        using var session = new SaeOnnxSession(temporary["out"]);
        var x = Numbers.Normal(92, 6 * sae.HiddenSize, 2);

        // −0 and 0 are the same number.
        CollectionAssert.AreEqual(x, session.Edit(sae, x, SaeOnnxEdit.Neutral([.. Enumerable.Range(0, sae.LatentCount).Select(latent => (long)latent)])).Edited);
        CollectionAssert.AreEqual(x, session.Edit(sae, x, SaeOnnxEdit.Neutral()).Edited, "no latent at all");
    }

    [TestMethod]
    [DataRow(SaeArchitecture.TopK, 0)]
    [DataRow(SaeArchitecture.TopK, 1)]
    [DataRow(SaeArchitecture.TopK, 64)]
    [DataRow(SaeArchitecture.TopK, 65)]
    [DataRow(SaeArchitecture.JumpRelu, 0)]
    [DataRow(SaeArchitecture.MatchingPursuit, 0)]
    public void Graphs_OfAnyNumberOfTokens_Run(SaeArchitecture architecture, int tokens)
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(architecture, 60));
        SaeOnnxWriter.Write(temporary["out"], sae);
        using var session = new SaeOnnxSession(temporary["out"]);
        var x = Numbers.Normal(61, tokens * sae.HiddenSize, 2);
        var (activations, outputs) = session.Encode(sae, x);
        var own = Own(sae, x);
        Close(own.Activations, activations, "activations");
        Close(own.Reconstruction, session.Decode(sae, outputs, tokens), "reconstruction");
        Close(Edited(sae, x, own, SaeOnnxEdit.Mixed(1, 2)), session.Edit(sae, x, SaeOnnxEdit.Mixed(1, 2)).Edited, "edited");
    }

    [TestMethod]
    public void Encode_OfTiedLatents_GivesTheLastPlaceToNone_AsOurOwn()
    {
        using var temporary = new TemporaryFolder();
        var plain = SaeReference.Random(SaeArchitecture.TopK, 62);
        foreach (var latent in Enumerable.Range(1, 95))
        {
            plain.Encoder.AsSpan(0, 40).CopyTo(plain.Encoder.AsSpan(latent * 40));
            plain.EncoderBias[latent] = latent < 3 ? 50 - latent : 10;
        }

        var sae = SparseAutoencoder.Create(plain);
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.Encode });
        using var session = new SaeOnnxSession(temporary["out"]);
        var x = Numbers.Normal(63, 40, 0.1);
        var activations = session.Encode(sae, x).Activations;
        Close(Own(sae, x).Activations, activations, "activations");
        Assert.AreSequenceEqual(new[] { 1, 2 }, activations.Index().Where(pair => pair.Item != 0).Select(pair => pair.Index));
    }

    [TestMethod]
    public void Decode_TakesEntriesBeyondK()
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.TopK, 64));
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.Decode });
        using var session = new SaeOnnxSession(temporary["out"]);
        long[] indices = [.. Enumerable.Range(0, 30).Select(entry => entry * 3L), 0];
        var values = Numbers.Normal(65, 31);
        var activations = new float[96];
        foreach (var (entry, latent) in indices.Index())
        {
            activations[latent] += values[entry];
        }

        var expected = new float[40];
        sae.Decode(activations, [], 1, expected);
        var actual = session.Run(SaeOnnxGraphs.Decode, (SaeOnnxNames.TopValues, values, [1, 1, 31]), (SaeOnnxNames.TopIndices, indices, [1, 1, 31]));
        Close(expected, (float[])actual[SaeOnnxNames.Reconstruction], "reconstruction");
    }

    [TestMethod]
    public void Edit_WithDialsOfTheirOwn_TreatsEveryRowAndPositionByItself()
    {
        using var temporary = new TemporaryFolder();
        var sae = SparseAutoencoder.Create(SaeReference.Random(SaeArchitecture.Standard, 66));
        SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.Edit });
        using var session = new SaeOnnxSession(temporary["out"]);
        var x = Numbers.Normal(67, 2 * 3 * 40);
        long[] one = [1, 1, 1];

        // The second of two rows takes 2, at its third position only.
        float[] offset = [0, 0, 0, 0, 0, 2];
        var edited = (float[])session.Run(
            SaeOnnxGraphs.Edit,
            (SaeOnnxNames.X, x, [2, 3, 40]),
            (SaeOnnxNames.Latents, new long[] { 11 }, [1]),
            (SaeOnnxNames.Gain, new float[] { 1 }, one),
            (SaeOnnxNames.Offset, offset, [2, 3, 1]),
            (SaeOnnxNames.Low, new[] { float.NegativeInfinity }, one),
            (SaeOnnxNames.High, new[] { float.PositiveInfinity }, one),
            (SaeOnnxNames.Gate, new[] { float.NegativeInfinity }, one))[SaeOnnxNames.Edited];
        var direction = sae.DecoderDirection(11);
        Close([.. x.Select((value, index) => value + (index < 200 ? 0 : 2 * direction[index - 200]))], edited, "edited");
        CollectionAssert.AreEqual(x[..200], edited[..200]);
    }

    private static IEnumerable<object[]> Variants()
    {
        foreach (var architecture in Enum.GetValues<SaeArchitecture>())
        {
            var plain = SaeReference.Random(architecture, 100 + (int)architecture);
            var ranked = architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
            var batch = architecture is SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK;
            var pursuit = architecture == SaeArchitecture.MatchingPursuit;
            var unit = pursuit ? Unit(plain) : plain;
            yield return [unit, false];
            yield return [unit with { ApplyDecoderBiasToInput = false, Normalisation = InputNormalisation.LayerNorm }, false];
            yield return [unit with { Normalisation = InputNormalisation.ConstantNorm, RescaleByDecoderNorm = ranked || batch }, ranked];
            if (!pursuit)
            {
                yield return [plain with { ActivationScale = 0.37f, DecoderGain = Numbers.Normal(40, 96), RescaleByDecoderNorm = ranked || batch }, false];
            }
            else
            {
                yield return [unit with { MaxIterations = 5, ResidualThreshold = 3f, StopOnDuplicateSupport = false }, false];
            }

            if (ranked)
            {
                yield return [plain, true];
                yield return [plain with { K = 96 }, false];
                yield return [plain with { K = 96 }, true];
            }

            if (batch)
            {
                yield return [plain with { Threshold = [.. Enumerable.Repeat(0.8f, 96)] }, false];
            }
        }
    }

    /// <summary>Pursuit along rows of norm 1: with longer ones the residual grows.</summary>
    private static SaeParameters Unit(SaeParameters parameters) => parameters with
    {
        Decoder = [.. parameters.Decoder.Chunk(parameters.HiddenSize).SelectMany(row => row.Select(value => value / (float)Math.Sqrt(row.Sum(other => (double)other * other))))],
    };

    private static float[] Defined(float[] x, int width, Func<float[], double[]> compute) =>
        [.. x.Chunk(width).SelectMany(token => compute(token).Select(value => (float)value))];

    private static (float[] Activations, float[] Reconstruction) Own(SparseAutoencoder sae, float[] x)
    {
        var tokens = x.Length / sae.HiddenSize;
        var activations = new float[tokens * sae.LatentCount];
        var reconstruction = new float[x.Length];
        sae.Encode(x, tokens, activations);
        sae.Decode(activations, x, tokens, reconstruction);
        return (activations, reconstruction);
    }

    /// <summary>x + decode(edited) − decode(activations) with our own decoder.</summary>
    private static float[] Edited(SparseAutoencoder sae, float[] x, (float[] Activations, float[] Reconstruction) own, SaeOnnxEdit edit)
    {
        var changed = (float[])own.Activations.Clone();
        for (var token = 0; token < x.Length / sae.HiddenSize; token++)
        {
            foreach (var (index, latent) in edit.Latents.Index())
            {
                ref var value = ref changed[(token * sae.LatentCount) + latent];
                value = (float)edit.Apply(index, value);
            }
        }

        var reconstruction = new float[x.Length];
        sae.Decode(changed, x, x.Length / sae.HiddenSize, reconstruction);
        return [.. x.Select((value, index) => (float)((double)value + reconstruction[index] - own.Reconstruction[index]))];
    }

    private static void Close(float[] expected, float[] actual, string what) =>
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected, actual), what);
}
