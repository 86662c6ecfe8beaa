using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Steering.Export.Saes;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Steering.Benchmarks;

/// <summary>
/// Encoding 2,048 residual vectors: the exported graph in ONNX Runtime, the same sums written in TorchSharp, and our own
/// encoder, interleaved on the same threads. Without a folder: random SAEs of width 512 with 8,192 latents.
/// </summary>
internal static class EncodeBenchmark
{
    private const int Tokens = 2048;
    private const int Rounds = 25;

    public static void Run(string? folder)
    {
        TorchRuntime.EnsureLoaded(new TorchOptions { Threads = Environment.ProcessorCount });
        Console.WriteLine($"## Encode, {Tokens} tokens, {Environment.ProcessorCount} threads, {Rounds} rounds interleaved");
        Console.WriteLine();
        Console.WriteLine("| SAE | variant | min ms | lower quartile | median | max | throughput against TorchSharp (lower quartile) |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        if (folder is not null)
        {
            Compare(SaeFolder.Load(folder));
            return;
        }

        foreach (var kind in new[] { SaeArchitecture.TopK, SaeArchitecture.Standard, SaeArchitecture.BatchTopK, SaeArchitecture.JumpRelu })
        {
            Compare(SparseAutoencoder.Create(Parameters(kind)));
        }
    }

    private static void Compare(SparseAutoencoder sae)
    {
        if (sae.Normalisation != InputNormalisation.None || sae.Architecture is SaeArchitecture.AbsTopK or SaeArchitecture.MatchingPursuit)
        {
            throw new SteeringException($"{sae.Source}: the comparison is written for kinds without per-token normalisation, and not for {sae.Architecture}; give another SAE.");
        }

        var folder = Path.Combine(Path.GetTempPath(), $"steering-encode-{Environment.ProcessId}-{sae.Architecture}");
        SaeOnnxWriter.Write(folder, sae, new SaeOnnxOptions { Graphs = SaeOnnxGraphs.Encode });
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // Idle threads of one must not take the other's cores.
        using var session = new InferenceSession(Path.Combine(folder, SaeOnnxNames.FileOf(SaeOnnxGraphs.Encode)), options);
        Directory.Delete(folder, recursive: true);

        var random = new Random(11);
        float[] x = [.. Enumerable.Range(0, Tokens * sae.HiddenSize).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        using var input = OrtValue.CreateTensorValueFromMemory(x, [1, Tokens, sae.HiddenSize]);
        using var run = new RunOptions();
        string[] outputs = [.. session.OutputMetadata.Keys];
        using var none = no_grad();
        using var torchEncoder = new TorchEncoder(sae, x);
        (string Name, Action Encode, List<double> Milliseconds)[] variants =
        [
            ("TorchSharp", torchEncoder.Run, []),
            ("exported graph", () => session.Run(run, [SaeOnnxNames.X], [input], outputs).Dispose(), []),
            ("own encoder, sparse", () => sae.EncodeSparse(x, Tokens), []),
        ];
        for (var round = 0; round <= Rounds; round++)
        {
            for (var offset = 0; offset < variants.Length; offset++)
            {
                var (_, encode, milliseconds) = variants[(round + offset) % variants.Length];
                var start = Stopwatch.GetTimestamp();
                encode();
                if (round > 0)
                {
                    milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        Print(sae, [.. variants.Select(variant => (variant.Name, variant.Milliseconds))]);
    }

    private static void Print(SparseAutoencoder sae, (string Name, List<double> Milliseconds)[] variants)
    {
        Array.ForEach(variants, variant => variant.Milliseconds.Sort());
        var baseline = variants[0].Milliseconds[Rounds / 4];
        foreach (var (name, ms) in variants)
        {
            Console.WriteLine(FormattableString.Invariant($"| {sae.Architecture} {sae.HiddenSize} × {sae.LatentCount} | {name} | {ms[0]:F1} | {ms[Rounds / 4]:F1} | {ms[Rounds / 2]:F1} | {ms[^1]:F1} | {baseline / ms[Rounds / 4]:F2} × |"));
        }
    }

    private static SaeParameters Parameters(SaeArchitecture kind)
    {
        const int Width = 512;
        const int Latents = 8192;
        var random = new Random(7);
        float[] Numbers(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)(((random.NextDouble() * 2) - 1) * size))];
        return new SaeParameters
        {
            Source = $"random {kind}",
            Architecture = kind,
            HiddenSize = Width,
            LatentCount = Latents,
            Encoder = Numbers(Width * Latents, 0.1),
            Decoder = Numbers(Width * Latents, 0.1),
            DecoderBias = Numbers(Width, 0.1),
            EncoderBias = Numbers(Latents, 0.1),
            K = kind == SaeArchitecture.TopK ? 32 : 0,
            Threshold = kind switch
            {
                SaeArchitecture.BatchTopK => [.. Enumerable.Repeat(2f, Latents)],
                SaeArchitecture.JumpRelu => Array.ConvertAll(Numbers(Latents, 0.2), value => 2 + value),
                _ => [],
            },
        };
    }

    /// <summary>The encoder as one would write it in TorchSharp: folded weights, one product, the selection.</summary>
    private sealed class TorchEncoder : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly SparseAutoencoder _sae;
        private readonly Tensor _x;
        private readonly Tensor _columns;
        private readonly Tensor _bias;
        private readonly Tensor _threshold;

        public TorchEncoder(SparseAutoencoder sae, float[] x)
        {
            _sae = sae;
            _x = tensor(x, [Tokens, sae.HiddenSize]);
            _columns = tensor(sae.EncoderRows.ToArray(), [sae.LatentCount, sae.HiddenSize]).t();
            _bias = tensor(sae.EncoderBias.ToArray());
            _threshold = tensor(sae.Threshold.ToArray());
        }

        public void Run()
        {
            using var scope = NewDisposeScope();
            var z = addmm(_bias, _x, _columns, 1, 1);
            switch (_sae.Architecture)
            {
                case SaeArchitecture.TopK:
                    var (values, _) = z.topk(_sae.K, 1);
                    values.relu_();
                    break;
                case SaeArchitecture.Standard:
                    z.relu_();
                    break;
                default:
                    z.mul_(z.gt(_threshold));
                    break;
            }
        }

        public void Dispose() => _scope.Dispose();
    }
}
