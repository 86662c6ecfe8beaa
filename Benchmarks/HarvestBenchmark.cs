using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Sources;
using Steering.Analysis.Windows;
using Steering.Export.Cuts;
using Steering.Training.Autoencoders;
using Steering.Training.Torch;
using Steering.Training.Trainer;

namespace Steering.Benchmarks;

/// <summary>
/// Tokens a second of the graph cut at a site beside the whole graph with logits; and of harvest and training as one stream
/// beside each of them alone. Each comparison takes turns, so that a machine whose speed drifts slows all alike.
/// </summary>
internal static class HarvestBenchmark
{
    private const int Length = 256;
    private const int Windows = 8;
    private const int ForwardRounds = 9;
    private const int StreamTokens = 96 * Length;
    private const int StreamRounds = 3;
    private const int LatentsADimension = 8;

    public static void Run(string folder, string text, string site)
    {
        var options = new ActivationSourceOptions
        {
            ModelFolder = folder,
            Site = site,
            TextPath = text,
            Windows = new TokenWindowOptions { Length = Length },
            Harvest = new HarvestOptions { MaximumTokens = StreamTokens, SampleTokens = 2048 },
            Passes = 1,
            BufferRows = 8192,
        };
        Forward(options);
        Stream(options);
    }

    private static void Forward(ActivationSourceOptions options)
    {
        var cut = SiteCut.Load(options.ModelFolder!);
        using var entry = SiteHead.Load(cut, "resid_pre.0");
        using var rest = SiteTail.Load(cut, "resid_pre.0");
        using var head = SiteHead.Load(cut, options.Site!);
        using var windows = TokenWindows.Load(options.ModelFolder!, options.Windows);
        int[] ids = [.. windows.Read(TextCorpus.Open(options.TextPath!).Read()).Take(Windows).SelectMany(window => window.Ids)];
        var sequences = ids.Length / Length;
        var residual = new float[ids.Length * head.HiddenSize];
        var logits = new float[(long)ids.Length * rest.VocabularySize];
        var times = Turns.Take(
            ForwardRounds,
            [
                () =>
                {
                    entry.Run(ids, sequences, Length, residual);
                    rest.Run(residual, sequences, Length, logits);
                    return ids.Length;
                },
                () =>
                {
                    head.Run(ids, sequences, Length, residual);
                    return ids.Length;
                },
            ]);
        Turns.Print($"Forward passes of {sequences} windows of {Length} tokens, {cut.ModelName} at {head.Site}", ["whole graph with logits", "graph cut at the site"], times);
        Console.WriteLine(FormattableString.Invariant($"cut against whole: {Turns.Median(times[1]) / Turns.Median(times[0]):F2} × the tokens a second (bar: 2)"));
        Console.WriteLine();
    }

    private static void Stream(ActivationSourceOptions options)
    {
        TorchRuntime.EnsureLoaded();
        float[] rows;
        int width;
        using (var source = ActivationSources.Open(options))
        {
            width = source.HiddenSize;
            rows = Drain(source);
        }

        var training = new TrainingOptions { LatentCount = LatentsADimension * width, Tokens = rows.Length / width, EstimationRows = 4096 };
        training = training with { Tokens = training.Tokens / training.BatchSize * training.BatchSize };
        var times = Turns.Take(
            StreamRounds,
            [
                () =>
                {
                    using var source = ActivationSources.Open(options);
                    return Drain(source).Length / width;
                },
                () =>
                {
                    using var source = new MemoryActivationSource(rows, width);
                    return Train(training, source);
                },
                () =>
                {
                    using var source = ActivationSources.Open(options);
                    return Train(training, source);
                },
            ]);
        Turns.Print(
            FormattableString.Invariant($"{rows.Length / width} rows, loading included; training: {training.LatentCount} latents, k {((TopKSettings)training.Autoencoder).K}, batches of {training.BatchSize}"),
            ["harvest alone", "training alone", "harvest and training as one stream"],
            times);
        var (harvest, train, stream) = (Turns.Median(times[0]), Turns.Median(times[1]), Turns.Median(times[2]));
        Console.WriteLine(FormattableString.Invariant($"stream against the slower side alone: {stream / Math.Min(harvest, train) * 100:F0} % (bar: 85); against one after the other: {stream * ((1 / harvest) + (1 / train)) * 100:F0} %"));
    }

    private static float[] Drain(ShuffleBuffer source)
    {
        var all = new List<float>();
        var batch = new float[512 * source.HiddenSize];
        for (int read; (read = source.Read(batch, CancellationToken.None)) > 0;)
        {
            all.AddRange(batch.AsSpan(0, read * source.HiddenSize));
        }

        return [.. all];
    }

    private static int Train(TrainingOptions options, IActivationSource source)
    {
        var width = source.HiddenSize;
        var rows = new float[options.EstimationRows * width];
        using var trainer = SaeTrainer.Start(options, rows.AsSpan(0, source.Peek(rows, CancellationToken.None) * width), width);
        var batch = new float[options.BatchSize * width];
        while (!trainer.IsFinished)
        {
            for (var filled = 0; filled < batch.Length;)
            {
                filled += source.Read(batch.AsSpan(filled), CancellationToken.None) * width;
            }

            trainer.Step(batch);
        }

        return (int)options.Tokens;
    }
}
