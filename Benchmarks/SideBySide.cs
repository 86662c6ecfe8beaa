namespace Steering.Benchmarks;

/// <summary>
/// Times variants interleaved, one token of each in turn, so that a machine whose speed drifts slows all of them alike.
/// The order rotates. The lower quartile is compared, because noise only ever adds.
/// </summary>
internal static class SideBySide
{
    private const int WarmUpTokens = 8;

    /// <param name="title">What is compared.</param>
    /// <param name="variants">The first is the baseline.</param>
    /// <param name="tokens">Tokens a round.</param>
    /// <param name="rounds">Generations of each variant.</param>
    public static void Run(string title, IReadOnlyList<Variant> variants, int tokens, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var running = variants.Select(variant => variant.Start()).ToArray();
            for (var index = 0; index < WarmUpTokens; index++)
            {
                foreach (var generation in running)
                {
                    generation.MoveNext();
                }
            }

            for (var token = 0; token < tokens; token++)
            {
                for (var offset = 0; offset < variants.Count; offset++)
                {
                    var index = (token + offset) % variants.Count;
                    variants[index].Time(running[index]);
                }
            }

            Array.ForEach(running, generation => generation.Dispose());
        }

        Print(title, variants, tokens * rounds);
    }

    private static void Print(string title, IReadOnlyList<Variant> variants, int samples)
    {
        Console.WriteLine($"## {title} ({samples} tokens each, interleaved)");
        Console.WriteLine();
        Console.WriteLine("| variant | min ms | lower quartile | median | max | tokens/s (median) | against baseline (lower quartile) |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var baseline = variants[0].Quantile(0.25);
        foreach (var variant in variants)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"| {variant.Name} | {variant.Quantile(0):F3} | {variant.Quantile(0.25):F3} | {variant.Quantile(0.5):F3} | {variant.Quantile(1):F3} | {1000 / variant.Quantile(0.5):F1} | {(variant.Quantile(0.25) / baseline - 1) * 100:+0.00;-0.00} % ({variant.Quantile(0.25) / baseline:F3} ×) |"));
        }

        Console.WriteLine();
    }
}
