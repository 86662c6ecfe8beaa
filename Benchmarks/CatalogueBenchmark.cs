using System.Diagnostics;
using Steering.Catalogues;

namespace Steering.Benchmarks;

/// <summary>A catalogue of many features: size, and seconds to write, open, search and look up.</summary>
internal static class CatalogueBenchmark
{
    private const int Rounds = 21;
    private const int ExamplesEach = 5;
    private const int TokensEach = 25;
    private const int Words = 30_000;

    public static void Run(int features)
    {
        var folder = Directory.CreateTempSubdirectory("steering-catalogue-").FullName;
        try
        {
            var path = Path.Combine(folder, FeatureCatalogue.FileName);
            Console.WriteLine(FormattableString.Invariant($"## Catalogue of {features:N0} features, {ExamplesEach} examples of {TokensEach} tokens each"));
            Console.WriteLine();
            var start = Stopwatch.GetTimestamp();
            Write(path, features);
            Console.WriteLine(FormattableString.Invariant($"written in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {new FileInfo(path).Length / 1e6:F0} MB, {(double)new FileInfo(path).Length / features:F0} bytes a feature"));
            Time("open", () => FeatureCatalogue.Open(path).Dispose());
            using var catalogue = FeatureCatalogue.Open(path);
            var random = new Random(1);
            Time("one feature with its examples", () => catalogue.Examples(catalogue.Feature(random.Next(features)).Latent));
            Time("search for a frequent word", () => catalogue.Search("w1", 10));
            Time("search for a rare word", () => catalogue.Search(FormattableString.Invariant($"w{Words - 1 - random.Next(100)}"), 10));
            Time("search for two words", () => catalogue.Search("w1 w2", 10));
            Time("search for the beginning of words", () => catalogue.Search("w29*", 10));
            Time("read every maximum", () => catalogue.ReadStatistics());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Words by Zipf's law; every second example shares its excerpt with another feature's, as peaks do.</summary>
    private static void Write(string path, int features)
    {
        var random = new Random(0);
        using var writer = FeatureCatalogueWriter.Create(path, new CatalogueInfo { LatentCount = features, HiddenSize = 768, SaeSha256 = new string('0', 64), Tokens = 100_000_000 });
        var activations = new float[TokensEach];
        var excerpts = 0;
        for (var feature = 0; feature < features; feature++)
        {
            writer.AddFeature(new CatalogueFeature(feature, random.Next(1, 100_000), 50, 10, (feature + 1) % features, 0.4f, null));
            for (var example = 0; example < ExamplesEach; example++)
            {
                var excerpt = excerpts > 0 && (example & 1) == 1 ? random.Next(excerpts) : excerpts = writer.AddExcerpt(new CatalogueExcerpt(feature, TokensEach / 2, Tokens(random)));
                for (var token = 0; token < TokensEach; token++)
                {
                    activations[token] = token == TokensEach / 2 ? 50 - example : random.Next(4) == 0 ? random.NextSingle() * 40 : 0;
                }

                writer.AddExample(feature, excerpt, activations);
            }
        }

        writer.Commit();
    }

    private static string[] Tokens(Random random) =>
        [.. Enumerable.Range(0, TokensEach).Select(_ => FormattableString.Invariant($" w{(int)Math.Pow(Words, random.NextDouble())}"))];

    private static void Time(string what, Action action)
    {
        action();
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(FormattableString.Invariant($"{what}: min {times[0]:F2} ms, median {times[Rounds / 2]:F2} ms, max {times[^1]:F2} ms"));
    }
}
