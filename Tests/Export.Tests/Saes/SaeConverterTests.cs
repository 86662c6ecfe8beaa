using Steering.Catalogues;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;
using Steering.Tests.Sdk.Saes;

namespace Steering.Tests.Export.Saes;

/// <summary>Every layout becomes a SAELens folder with the same bits; folds keep what the reference computed. Tolerance: 1e-4 of the largest expected magnitude.</summary>
[TestClass]
public sealed class SaeConverterTests
{
    private const double Tolerance = 1e-4;

    [TestMethod]
    [DynamicData(nameof(Layouts))]
    public void Convert_OfEveryLayoutAndKind_ReadsBackWithTheSameBits(string layout, SaeParameters parameters)
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["in"]);
        RoundTrip(SaeLayouts.Write(layout, parameters, temporary, "in"), temporary);
    }

    [TestMethod]
    public void Convert_OfEveryOracleFolder_ReadsBackWithTheSameBits()
    {
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", "sae-formats"))
        {
            using var temporary = new TemporaryFolder();
            RoundTrip(folder, temporary);
        }
    }

    [TestMethod]
    public void Convert_WithEachFold_KeepsTheOraclesActivationsAndReconstruction()
    {
        var tried = new HashSet<SaeFolds>();
        foreach (var folder in OracleFolder.Cases("oracle.safetensors", "sae-formats").Concat(OracleFolder.Cases("oracle.safetensors", "saes")).Concat(OracleFolder.Cases("oracle.safetensors", "sae-flags")))
        {
            var parameters = SaeFolder.ReadParameters(folder);
            foreach (var folds in Folds(parameters))
            {
                using var temporary = new TemporaryFolder();
                SaeConverter.Convert(folder, temporary["out"], new SaeConversionOptions { Folds = folds });
                Agrees(folder, SaeFolder.Load(temporary["out"]), SaeFolding.ActivationFactors(parameters, folds), $"{folder}, {folds}");
                tried.Add(folds);
            }
        }

        Assert.IsGreaterThanOrEqualTo(5, tried.Count);
    }

    [TestMethod]
    public void Convert_TakesStatisticsAlong_InTheNewUnit()
    {
        using var temporary = new TemporaryFolder();
        var parameters = SaeLayouts.Gemma();
        var path = SaeLayouts.Write("gemma_scope", parameters, temporary);
        var statistics = new SaeStatistics { MaxActivation = Enumerable.Range(1, 96).Select(i => (float)i).ToArray(), TokenCount = 10, Corpus = "a test" };
        statistics.Save(SaeFolder.StatisticsPath(path));

        Assert.IsTrue(SaeConverter.Convert(path, temporary["same"]).HasStatistics);
        Assert.AreSequenceEqual(statistics.MaxActivation.ToArray(), SaeFolder.Load(temporary["same"]).Statistics!.MaxActivation.ToArray());
        SaeConverter.Convert(path, temporary["unit"], new SaeConversionOptions { Folds = SaeFolds.DecoderNorm });
        var folded = SaeFolder.Load(temporary["unit"]).Statistics!;
        Assert.AreEqual(("a test", 10L), (folded.Corpus, folded.TokenCount));
        foreach (var (latent, row) in parameters.Decoder.Chunk(parameters.HiddenSize).Index())
        {
            Assert.AreEqual((latent + 1) * Math.Sqrt(row.Sum(value => (double)value * value)), folded.MaxActivation.Span[latent], 1e-4);
        }
    }

    [TestMethod]
    public void Convert_BesideACatalogue_TakesItsStatisticsAndLeavesIt()
    {
        using var temporary = new TemporaryFolder();
        var path = SaeLayouts.Write("gemma_scope", SaeLayouts.Gemma(), temporary);
        using (var writer = FeatureCatalogueWriter.Create(temporary[FeatureCatalogue.FileName], new CatalogueInfo { SaeSha256 = SaeFolder.Load(path).Fingerprint, LatentCount = 96, HiddenSize = 40, Tokens = 100 }))
        {
            writer.AddFeature(new CatalogueFeature(2, 7, 3.5f, 1, null, 0, null));
            writer.Commit();
        }

        var conversion = SaeConverter.Convert(path, temporary["out"]);
        Assert.AreEqual((true, true), (conversion.HasStatistics, conversion.CatalogueLeft));
        Assert.AreEqual(3.5f, SaeFolder.Load(temporary["out"]).MaxActivation(2));
        Assert.IsFalse(File.Exists(temporary["out", FeatureCatalogue.FileName]));
    }

    [TestMethod]
    public void Convert_OverWhatIsNotASaeLensFolder_IsRefusedAndLeavesIt()
    {
        using var temporary = new TemporaryFolder();
        var overwrite = new SaeConversionOptions { Overwrite = true };
        var gemma = SaeLayouts.Write("gemma_scope", SaeLayouts.Gemma(), temporary);
        Directory.CreateDirectory(temporary["sparsify"]);
        SaeLayouts.Write("sparsify", SaeLayouts.Sparsify(), temporary, "sparsify");
        Refusal.Of(() => SaeConverter.Convert(gemma, temporary["sparsify"], overwrite), "something other than a SAELens folder");
        Assert.AreEqual(SaeFormat.Sparsify, SaeFolder.Detect(temporary["sparsify"]));

        SaeConverter.Convert(gemma, temporary["out"]);
        Refusal.Of(() => SaeConverter.Convert(gemma, temporary["out"]), "exists and is not empty");
        Refusal.Of(() => SaeConverter.Convert(temporary["out"], temporary["out"] + Path.DirectorySeparatorChar, overwrite), "holds the autoencoder");
        Refusal.Of(() => SaeConverter.Convert(temporary["out"], temporary.Path, overwrite), "holds the autoencoder");
        SaeConverter.Convert(temporary["sparsify"], temporary["out"], overwrite);
        Assert.AreEqual(SaeArchitecture.TopK, SaeFolder.ReadParameters(temporary["out"]).Architecture);
    }

    private static IEnumerable<object[]> Layouts() => SaeLayouts.Cases().Select(layout => new object[] { layout.Layout, layout.Parameters });

    /// <summary>In → out → in, and out again to the same file.</summary>
    private static void RoundTrip(string source, TemporaryFolder temporary)
    {
        var read = SaeFolder.ReadParameters(source);
        var conversion = SaeConverter.Convert(source, temporary["out"]);
        SaeParameterComparison.AreSame(read with { Architecture = conversion.Stored }, SaeFolder.ReadParameters(temporary["out"]), source);
        SaeConverter.Convert(temporary["out"], temporary["again"]);
        Assert.AreSequenceEqual(File.ReadAllBytes(temporary["out", SaeLensFolder.WeightsName]), File.ReadAllBytes(temporary["again", SaeLensFolder.WeightsName]));
    }

    private static IEnumerable<SaeFolds> Folds(SaeParameters parameters)
    {
        if (parameters.Architecture == SaeArchitecture.MatchingPursuit)
        {
            return [SaeFolds.Scale];
        }

        var ranked = parameters.Architecture is SaeArchitecture.TopK or SaeArchitecture.AbsTopK;
        SaeFolds[] each =
        [
            SaeFolds.Scale,
            SaeFolds.InputBias,
            .. ranked && !parameters.RescaleByDecoderNorm ? Array.Empty<SaeFolds>() : [SaeFolds.DecoderNorm],
            .. parameters.Architecture == SaeArchitecture.Gated ? [SaeFolds.Gated] : Array.Empty<SaeFolds>(),
        ];
        return each.Append(each.Aggregate((left, right) => left | right));
    }

    private static void Agrees(string folder, SparseAutoencoder sae, float[]? factors, string name)
    {
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        var x = oracle.ReadFloat32("x");
        var expected = oracle.ReadFloat32("feature_acts").Select((value, i) => value * (factors?[i % sae.LatentCount] ?? 1)).ToArray();
        var activations = new float[expected.Length];
        var output = new float[x.Length];
        sae.Encode(x, x.Length / sae.HiddenSize, activations);
        sae.Decode(activations, x, x.Length / sae.HiddenSize, output);
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(expected, activations), name);
        Assert.IsLessThanOrEqualTo(Tolerance, Numbers.RelativeError(oracle.ReadFloat32("reconstruction"), output), name);
    }
}
