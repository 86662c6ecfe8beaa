using System.Globalization;
using Steering.Training.Autoencoders;
using Steering.Training.Kernels;
using Steering.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Kernels;

[TestClass]
public sealed unsafe class SparseStepTests
{
    private const int Width = 40;
    private const int Latents = 210;
    private const int Batch = 300;
    private const double Tolerance = 1e-5;

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DataRow(nameof(SparseSelection.TopK), 7, true, 0)]
    [DataRow(nameof(SparseSelection.TopK), 7, false, 0)]
    [DataRow(nameof(SparseSelection.TopK), 7, true, 5)]
    [DataRow(nameof(SparseSelection.TopK), 7, true, 60)]
    [DataRow(nameof(SparseSelection.AbsTopK), 7, true, 0)]
    [DataRow(nameof(SparseSelection.AbsTopK), 7, true, 60)]
    [DataRow(nameof(SparseSelection.BatchTopK), 6.5, true, 0)]
    [DataRow(nameof(SparseSelection.BatchTopK), 6.5, false, 60)]
    public void Run_OnePrefix_GivesTheGradientsOfPlainAutograd(string selection, double k, bool subtract, int dead) =>
        Compare(Options(Enum.Parse<SparseSelection>(selection), k, subtract, [Latents], [1f]), dead);

    [TestMethod]
    [DataRow(nameof(SparseSelection.BatchTopK), 0)]
    [DataRow(nameof(SparseSelection.BatchTopK), 60)]
    [DataRow(nameof(SparseSelection.TopK), 5)]
    public void Run_NestedPrefixes_GivesTheGradientsOfPlainAutograd(string selection, int dead) =>
        Compare(Options(Enum.Parse<SparseSelection>(selection), 8, subtract: true, [20, 64, Latents], [0.5f, 1f, 0.25f]), dead);

    [TestMethod]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        using var one = Prepared(Options(SparseSelection.BatchTopK, 8, subtract: true, [64, Latents], [1f, 1f]), 1);
        using var three = Prepared(Options(SparseSelection.BatchTopK, 8, subtract: true, [64, Latents], [1f, 1f]), 3);
        var a = one.Run(Enumerable.Range(0, 30).ToArray());
        var b = three.Run(Enumerable.Range(0, 30).ToArray());
        Assert.AreEqual(a, b);
        CollectionAssert.AreEqual(one.Gradient("encoder"), three.Gradient("encoder"));
        CollectionAssert.AreEqual(one.Gradient("decoder bias"), three.Gradient("decoder bias"));
    }

    [TestMethod]
    public void Run_BatchTopK_KeepsExactlyTheLargestOfEveryBatch()
    {
        using var prepared = Prepared(Options(SparseSelection.BatchTopK, 6.5, subtract: true, [Latents], [1f]), 2);
        for (var repeat = 0; repeat < 3; repeat++)
        {
            // The second sweep starts from the first one's threshold; scaled inputs put it far too high.
            var result = prepared.Run([]);
            Assert.AreEqual((long)(6.5 * Batch), result.ActiveCount);
            prepared.X.mul_(0.2f);
        }
    }

    private static SparseStepOptions Options(SparseSelection selection, double k, bool subtract, int[] prefixes, float[] weights) => new()
    {
        Selection = selection,
        K = k,
        SubtractDecoderBias = subtract,
        Prefixes = prefixes,
        PrefixWeights = weights,
        AuxiliaryLatents = 20,
        AuxiliaryCoefficient = 0.25f,
    };

    private static void Compare(SparseStepOptions options, int dead)
    {
        using var prepared = Prepared(options, 2);
        var deadLatents = Enumerable.Range(0, dead).Select(i => i * 3).ToArray();
        var result = prepared.Run(deadLatents);
        var expected = DenseReference.Gradients(options, prepared.Weights.Encoder, prepared.Weights.EncoderBias!, prepared.Weights.Decoder, prepared.Weights.DecoderBias, prepared.X, deadLatents, out var loss);
        Assert.AreEqual(loss, result.Loss, Tolerance * loss);
        foreach (var (name, gradient) in expected)
        {
            var reference = gradient.data<float>().ToArray();
            var ours = prepared.Gradient(name);
            var largest = reference.Max(Math.Abs);
            var difference = reference.Zip(ours, (a, b) => Math.Abs(a - b)).Max();
            Assert.IsLessThanOrEqualTo(Tolerance * largest, difference, string.Create(CultureInfo.InvariantCulture, $"{name}: {difference} of {largest}"));
            gradient.Dispose();
        }
    }

    private static Fixture Prepared(SparseStepOptions options, int workers) => new(options, workers);

    private sealed class Fixture : IDisposable
    {
        private readonly WorkerTeam _team;
        private readonly SparseStep _step;
        private readonly DisposeScope _scope = NewDisposeScope();

        public Fixture(SparseStepOptions options, int workers)
        {
            _team = new WorkerTeam(workers);
            _step = new SparseStep(options, Width, Latents, Batch, _team);
            using var generator = new Generator(5, CPU);
            var encoder = randn([Latents, Width], generator: generator);
            var encoderBias = randn([Latents], generator: generator);
            var decoder = torch.nn.functional.normalize(randn([Latents, Width], generator: generator), 2, 1);
            Weights = new SaeWeights(encoder, decoder, randn([Width], generator: generator)) { EncoderBias = encoderBias };
            X = randn([Batch, Width], generator: generator);
        }

        public SaeWeights Weights { get; }

        public Tensor X { get; }

        public SparseStepResult Run(int[] dead) =>
            _step.Run(new SparseWeights(Weights.Encoder, Weights.EncoderBias!, Weights.Decoder, Weights.DecoderBias), TensorMemory.Pointer(X), Batch, dead);

        public float[] Gradient(string name)
        {
            var gradients = _step.Gradients;
            var (address, rows, width) = name switch
            {
                "encoder" => ((nint)gradients.Encoder, Latents, Width),
                "decoder" => ((nint)gradients.Decoder, Latents, Width),
                "encoder bias" => ((nint)gradients.EncoderBias, Latents, 1),
                _ => ((nint)gradients.DecoderBias, 1, Width),
            };
            var values = new Span<float>((float*)address, rows * width).ToArray();
            for (var row = 0; name is "encoder" or "decoder" && row < rows; row++)
            {
                if (!gradients.Touched[row])
                {
                    values.AsSpan(row * width, width).Clear();
                }
            }

            return values;
        }

        public void Dispose()
        {
            _step.Dispose();
            _team.Dispose();
            Weights.Dispose();
            _scope.Dispose();
        }
    }
}
