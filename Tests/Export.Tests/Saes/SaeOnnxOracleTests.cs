using System.Globalization;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>
/// Every autoencoder of the oracles, exported and run in plain ONNX Runtime, against what the reference implementation
/// computed and against our own encoder. Tolerance: 1e-5 of the largest expected magnitude.
/// </summary>
[TestClass]
public sealed class SaeOnnxOracleTests
{
    private const double Tolerance = 1e-5;

    /// <summary>Every weight moves by at most 2⁻¹¹ of itself: twice that of the largest activation, and of a reconstruction's norm.</summary>
    private const double HalfTolerance = 1.0 / 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("saes")]
    [DataRow("sae-flags")]
    [DataRow("sae-formats")]
    public void Graphs_OfEveryOracle_AgreeWithTheReferenceAndWithOurOwn(string oracles)
    {
        var failures = new List<string>();
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", oracles))
        {
            using var temporary = new TemporaryFolder();
            var sae = SaeFolder.Load(folder);
            SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.Encode | SaeOnnxGraphs.Decode });
            using var session = new SaeOnnxSession(temporary["out"]);
            using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
            var x = oracle.ReadFloat32("x");
            var own = Own(sae, x);
            var (activations, outputs) = session.Encode(sae, x);
            var reconstruction = session.Decode(sae, outputs, x.Length / sae.HiddenSize);

            var line = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(folder),-40} own {Numbers.RelativeError(own, activations):E1}  reference: activations {Numbers.RelativeError(oracle.ReadFloat32("feature_acts"), activations):E1}, reconstruction {Numbers.RelativeError(oracle.ReadFloat32("reconstruction"), reconstruction):E1}");
            TestContext.WriteLine(line);
            double[] errors = [Numbers.RelativeError(own, activations), Numbers.RelativeError(oracle.ReadFloat32("feature_acts"), activations), Numbers.RelativeError(oracle.ReadFloat32("reconstruction"), reconstruction)];
            if (errors.Max() > Tolerance)
            {
                failures.Add(line);
            }
        }

        Assert.IsEmpty(failures, string.Join(Environment.NewLine, failures));
    }

    [TestMethod]
    [DataRow("saes")]
    [DataRow("sae-flags")]
    public void HalfPrecision_StaysWithinTheRoundingOfTheWeights(string oracles)
    {
        var failures = new List<string>();
        foreach (var folder in OracleFolder.Cases(SaeLensFolder.ConfigName, oracles))
        {
            using var temporary = new TemporaryFolder();
            var sae = SaeFolder.Load(folder);
            SaeOnnxWriter.Write(temporary["out"], sae, new SaeOnnxOptions { Precision = SaeOnnxPrecision.Float16, Graphs = SaeOnnxGraphs.Encode | SaeOnnxGraphs.Decode });
            using var session = new SaeOnnxSession(temporary["out"]);
            using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
            var x = oracle.ReadFloat32("x");
            var expected = oracle.ReadFloat32("feature_acts");
            var (activations, outputs) = session.Encode(sae, x);

            var reconstruction = session.Decode(sae, outputs, x.Length / sae.HiddenSize);

            // A latent almost at its threshold or at the last place may change sides; tokens where none does are compared.
            var tokens = Enumerable.Range(0, x.Length / sae.HiddenSize).Where(token => Row(expected, token, sae.LatentCount).Zip(Row(activations, token, sae.LatentCount)).All(pair => pair.First != 0 == (pair.Second != 0))).ToArray();
            var moved = expected.Zip(activations).Count(pair => pair.First != 0 != (pair.Second != 0)) / (double)expected.Count(value => value != 0);
            var error = Numbers.RelativeError(Rows(expected, tokens, sae.LatentCount), Rows(activations, tokens, sae.LatentCount));
            var distance = Numbers.RelativeDistance(Rows(oracle.ReadFloat32("reconstruction"), tokens, sae.HiddenSize), Rows(reconstruction, tokens, sae.HiddenSize));
            var line = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(folder),-40} values {error:E1}, reconstruction {distance:E1} on {tokens.Length} tokens; changed sides {moved:P2}");
            TestContext.WriteLine(line);
            if (error > HalfTolerance || distance > HalfTolerance || moved > 0.02 || tokens.Length == 0)
            {
                failures.Add(line);
            }
        }

        Assert.IsEmpty(failures, string.Join(Environment.NewLine, failures));
    }

    private static float[] Own(SparseAutoencoder sae, float[] x)
    {
        var activations = new float[x.Length / sae.HiddenSize * sae.LatentCount];
        sae.Encode(x, x.Length / sae.HiddenSize, activations);
        return activations;
    }

    private static float[] Row(float[] values, int token, int width) => values[(token * width)..((token + 1) * width)];

    private static float[] Rows(float[] values, IEnumerable<int> tokens, int width) => [.. tokens.SelectMany(token => Row(values, token, width))];
}
