using System.Diagnostics;
using Steering.Training.Autoencoders;
using Steering.Training.Torch;
using Steering.Training.Trainer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Steering.Benchmarks;

/// <summary>
/// One training step of TopK at 2,048 tokens, width 512, 8,192 latents and k 32, beside its encoder product alone and
/// beside the same step in plain autograd with libtorch's Adam; interleaved on the same threads.
/// </summary>
internal static class TrainBenchmark
{
    private const int Tokens = 2048;
    private const int Width = 512;
    private const int Latents = 8192;
    private const int Rounds = 15;
    private const int MemorySteps = 10;

    public static void Run()
    {
        TorchRuntime.EnsureLoaded(new TorchOptions { Threads = Environment.ProcessorCount });
        using var scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        var data = randn([Tokens, Width], generator: generator);
        var rows = data.data<float>().ToArray();
        var settings = new TopKSettings { K = 32 };
        var before = Resident();
        using var trainer = SaeTrainer.Start(new TrainingOptions { Autoencoder = settings, LatentCount = Latents, Tokens = long.MaxValue / 2, BatchSize = Tokens, WarmUpSteps = 0, Adam = new() }, rows, Width);
        for (var step = 0; step < MemorySteps; step++)
        {
            trainer.Step(rows);
        }

        PrintMemory(Resident() - before);
        using var dense = new DenseStep((int)settings.K, data);
        using var product = new Product(data);
        (string Name, Action Step, List<double> Milliseconds)[] variants =
        [
            ("encoder product alone", product.Run, []),
            ("our step, Adam included", () => trainer.Step(rows), []),
            ("plain autograd and Adam", dense.Run, []),
        ];
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (_, step, milliseconds) in variants)
            {
                var start = Stopwatch.GetTimestamp();
                step();
                if (round > 0)
                {
                    milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        Print(variants);
    }

    private static long Resident()
    {
#pragma warning disable RS0030 // What an earlier round left must not be collected in the midst of a later one.
        GC.Collect();
#pragma warning restore RS0030
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>What the process grew by: parameters, moments, gradients, and all that a step needs.</summary>
    private static void PrintMemory(long grown)
    {
        const double Megabyte = 1e6;
        var state = 3.0 * sizeof(float) * ((2.0 * Latents * Width) + Latents + Width);
        var matrix = (double)sizeof(float) * Tokens * Latents;
        Console.WriteLine(FormattableString.Invariant($"memory of our trainer after {MemorySteps} steps: {grown / Megabyte:F0} MB; parameters and optimiser state are {state / Megabyte:F0} MB, one [batch, latents] matrix {matrix / Megabyte:F0} MB (bar: {((3 * state) + matrix) / Megabyte:F0} MB)"));
        Console.WriteLine();
    }

    private static void Print((string Name, Action Step, List<double> Milliseconds)[] variants)
    {
        static double Quantile(List<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));
        Console.WriteLine($"## A training step, {Tokens} tokens, width {Width}, {Latents} latents, k 32, {Environment.ProcessorCount} threads ({Rounds} rounds interleaved)");
        Console.WriteLine();
        Console.WriteLine("| variant | min ms | lower quartile | median | max |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (name, _, milliseconds) in variants)
        {
            Console.WriteLine(FormattableString.Invariant($"| {name} | {Quantile(milliseconds, 0):F1} | {Quantile(milliseconds, 0.25):F1} | {Quantile(milliseconds, 0.5):F1} | {Quantile(milliseconds, 1):F1} |"));
        }

        var (product, ours, dense) = (Quantile(variants[0].Milliseconds, 0.25), Quantile(variants[1].Milliseconds, 0.25), Quantile(variants[2].Milliseconds, 0.25));
        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"our step is {ours / product:F2} × its encoder product (bar: 1.8); plain autograd takes {dense / ours:F1} × as long as our step (bar: 4). Lower quartiles."));
        Console.WriteLine();
    }

    private sealed class Product : IDisposable
    {
        private readonly Tensor _input;
        private readonly Tensor _weights = randn(Latents, Width).DetachFromDisposeScope();
        private readonly Tensor _output = zeros(Tokens, Latents).DetachFromDisposeScope();

        public Product(Tensor input) => _input = input;

        public void Run()
        {
            using var scope = NewDisposeScope();
            using var gradient = no_grad();
            _ = _output.addmm_(_input, _weights.t(), 0f, 1f);
        }

        public void Dispose()
        {
            _weights.Dispose();
            _output.Dispose();
        }
    }

    /// <summary>What one writes without thinking about where gradients are zero.</summary>
    private sealed class DenseStep : IDisposable
    {
        private readonly Tensor _data;
        private readonly int _k;
        private readonly Parameter _encoder;
        private readonly Parameter _encoderBias;
        private readonly Parameter _decoder;
        private readonly Parameter _decoderBias;
        private readonly TorchSharp.Modules.Adam _adam;

        public DenseStep(int k, Tensor data)
        {
            (_k, _data) = (k, data);
            var rows = nn.functional.normalize(randn(Latents, Width), 2, 1);
            _decoder = nn.Parameter(rows.clone());
            _encoder = nn.Parameter(rows.clone());
            _encoderBias = nn.Parameter(zeros(Latents));
            _decoderBias = nn.Parameter(zeros(Width));
            _adam = optim.Adam([_encoder, _encoderBias, _decoder, _decoderBias], 1e-3);
        }

        public void Run()
        {
            using var scope = NewDisposeScope();
            _adam.zero_grad();
            var z = (_data - _decoderBias).mm(_encoder.t()) + _encoderBias;
            var (values, indices) = z.topk(_k, 1);
            var f = zeros_like(z).scatter(1, indices, values.relu());
            var loss = (f.mm(_decoder) + _decoderBias - _data).square().sum([1L]).mean();
            loss.backward();
            _ = _adam.step();
            using var gradient = no_grad();
            _ = _decoder.div_(_decoder.norm(1, keepdim: true));
        }

        public void Dispose()
        {
            _adam.Dispose();
            _encoder.Dispose();
            _encoderBias.Dispose();
            _decoder.Dispose();
            _decoderBias.Dispose();
        }
    }
}
