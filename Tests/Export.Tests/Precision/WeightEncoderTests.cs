using Microsoft.ML.OnnxRuntime;
using Steering.Export.Onnx;
using Steering.Export.Precision;
using Steering.Tests.Export.Import;
using static Steering.Export.Onnx.TensorProto.Types;

namespace Steering.Tests.Export.Precision;

[TestClass]
public sealed class WeightEncoderTests
{
    private const int Positions = 3;

    public static IEnumerable<object[]> Tensors
    {
        get
        {
            if (!Directory.Exists(OracleFolder.Oracles))
            {
                return [[string.Empty]];
            }

            using var tensors = new QuantisedTensors();
            return [.. tensors.TensorNames.Order(StringComparer.Ordinal).Select(name => new object[] { name })];
        }
    }

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(Tensors))]
    public void Linear_EqualsTheProductWithTheReferencesNumbers(string name)
    {
        using var tensors = new QuantisedTensors();
        var weights = tensors.ReadFloat32(name);
        var (rows, columns) = ((int)tensors.Describe(name).Shape[0], (int)tensors.Describe(name).Shape[1]);
        var x = Input(columns);
        var bias = Enumerable.Range(0, rows).Select(row => row - 2.5f).ToArray();
        float[] expected = [.. Products(x, weights, columns).Select((product, i) => product + bias[i % rows])];

        foreach (var (precision, exact, tolerance) in Cases(tensors.Describe(name).Storage))
        {
            var actual = Run(x, columns, (encoder, input) => encoder.Linear("/layer", input, WeightMatrix.Of(tensors, name), bias), precision, exact);
            var distance = Distance.Relative(actual, expected);
            TestContext.WriteLine($"{name} {precision}{(exact ? " exact" : string.Empty)}: {Distance.Text(distance)}");
            Assert.IsLessThan(tolerance, distance, $"{precision}, exact {exact}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Tensors))]
    public void Embedding_GivesTheReferencesRows_AndTheTiedHeadTheirProducts(string name)
    {
        using var tensors = new QuantisedTensors();
        var weights = tensors.ReadFloat32(name);
        var (rows, columns) = ((int)tensors.Describe(name).Shape[0], (int)tensors.Describe(name).Shape[1]);
        foreach (var (precision, exact, tolerance) in Cases(tensors.Describe(name).Storage))
        {
            // Tables that are not in blocks are rounded to 8 bits, not 4.
            var isRounded = precision == WeightPrecision.Int4 && BlockFormat.Find(tensors.Describe(name).Storage) is null;
            var builder = new GraphBuilder("embedding");
            var ids = builder.Input("ids", DataType.Int64, "batch", "sequence");
            var (embedded, head) = WeightEncoder.Create(builder, precision, exact).Embedding(ids, WeightMatrix.Of(tensors, name));
            builder.Output(embedded, "batch", "sequence", columns);
            var logits = head(embedded);
            builder.Output(logits, "batch", "sequence", rows);
            using var session = Session(builder, out var folder);
            using (folder)
            {
                using var value = OrtValue.CreateTensorValueFromMemory(new long[] { 4, 0, 5 }, [1, 3]);
                using var options = new RunOptions();
                using var outputs = session.Run(options, ["ids"], [value], [embedded.Name, logits.Name]);
                float[] expected = [.. new[] { 4, 0, 5 }.SelectMany(id => weights.AsSpan(id * columns, columns).ToArray())];
                Assert.IsLessThan(isRounded ? 0.01 : 1e-6, Distance.Relative(outputs[0].GetTensorDataAsSpan<float>(), expected), $"{precision}, exact {exact}: rows");

                Assert.IsLessThan(tolerance, Distance.Relative(outputs[1].GetTensorDataAsSpan<float>(), Products(expected, weights, columns)), $"{precision}, exact {exact}: head");
            }
        }
    }

    [TestMethod]
    public void Linear_WhenTheWidthIsNoMultipleOfABlock_PadsTheLastBlock()
    {
        using var checkpoint = new SmallMatrix(256, 12);
        var weights = checkpoint.Values;
        var input = Input(12);
        var actual = Run(input, 12, (encoder, value) => encoder.Linear("/layer", value, WeightMatrix.Of(checkpoint, "matrix"), bias: null), WeightPrecision.Int4, exact: true);
        Assert.IsLessThan(0.1, Distance.Relative(actual, Products(input, weights, 12)));
    }

    [TestMethod]
    [DynamicData(nameof(Tensors))]
    public void UnpackRow_GivesTheReferencesNumbers_WithCodesThatFit(string name)
    {
        using var tensors = new QuantisedTensors();
        if (BlockFormat.Find(tensors.Describe(name).Storage) is not { } format)
        {
            Assert.IsTrue(tensors.ReadBlocks(name).IsEmpty, $"{name} is stored in blocks of an unknown kind.");
            return;
        }

        var columns = (int)tensors.Describe(name).Shape[1];
        var expected = tensors.ReadFloat32(name);
        var blocks = tensors.ReadBlocks(name).Span;
        var length = columns / format.SourceElements * format.SourceBytes;
        var codes = new sbyte[columns];
        var (scales, offsets) = (new float[columns / format.BlockSize], new float[columns / format.BlockSize]);
        for (var row = 0; row < tensors.Describe(name).Shape[0]; row++)
        {
            format.UnpackRow(blocks.Slice(row * length, length), codes, scales, offsets);
            for (var column = 0; column < columns; column++)
            {
                var block = column / format.BlockSize;
                var bound = 1e-6f * ((Math.Abs(scales[block]) * 32) + Math.Abs(offsets[block]));
                Assert.AreEqual(expected[(row * columns) + column], (scales[block] * codes[column]) + offsets[block], bound, $"{name} [{row}, {column}]");
                Assert.IsTrue(format.Bits == 8 || codes[column] is >= -8 and <= 7);
            }
        }
    }

    [TestMethod]
    public void ShouldStack_OnlyMatricesOfOneStorageWithOffsets()
    {
        using var tensors = new QuantisedTensors();
        bool Stacks(WeightPrecision precision, params string[] names) =>
            WeightEncoder.Create(new GraphBuilder("g"), precision, exact: false).ShouldStack([.. names.Select(name => WeightMatrix.Of(tensors, name))]);

        Assert.IsTrue(Stacks(WeightPrecision.Int4, "q4_1", "q4_1"));
        Assert.IsFalse(Stacks(WeightPrecision.Int4, "q4_1", "q6_k"));
        Assert.IsFalse(Stacks(WeightPrecision.Int4, "q4_0", "q4_0"));
        Assert.IsFalse(Stacks(WeightPrecision.Float32, "q4_1", "q4_1"));
    }

    [TestMethod]
    public void Stack_PutsBlocksAndNumbersUnderOneAnother()
    {
        using var tensors = new QuantisedTensors();
        var one = WeightMatrix.Of(tensors, "q4_1");
        var both = WeightMatrix.Stack(one, one.Reorder([5, 4, 3, 2, 1, 0]));

        var numbers = new float[both.Count];
        both.ReadFloat32(numbers);
        var expected = tensors.ReadFloat32("q4_1");
        CollectionAssert.AreEqual(expected, numbers[..expected.Length]);
        CollectionAssert.AreEqual(expected[..one.Columns], numbers[^one.Columns..]);
        var blocks = one.ReadBlocks();
        CollectionAssert.AreEqual(blocks[..one.BlockRowLength].ToArray(), both.ReadBlocks()[^one.BlockRowLength..].ToArray());
        Assert.AreEqual(2 * blocks.Length, both.ReadBlocks().Length);
    }

    /// <summary>x · Wᵀ in double precision.</summary>
    private static float[] Products(float[] x, float[] weights, int columns)
    {
        var rows = weights.Length / columns;
        var products = new float[x.Length / columns * rows];
        for (var i = 0; i < products.Length; i++)
        {
            double sum = 0;
            for (var column = 0; column < columns; column++)
            {
                sum += (double)x[(i / rows * columns) + column] * weights[(i % rows * columns) + column];
            }

            products[i] = (float)sum;
        }

        return products;
    }

    // Activations in 8 bits cost up to 1 % of a product of this width; 4-bit rounding of what was not in blocks 10 %.
    private static IEnumerable<(WeightPrecision Precision, bool Exact, double Tolerance)> Cases(string storage)
    {
        var rounded = BlockFormat.Find(storage) is null;
        yield return (WeightPrecision.Float32, false, 5e-6);
        yield return (WeightPrecision.Int4, true, rounded ? 0.15 : 1e-5);
        yield return (WeightPrecision.Int4, false, rounded ? 0.15 : 0.02);
    }

    private static float[] Input(int columns) => [.. Enumerable.Range(0, Positions * columns).Select(i => MathF.Sin(0.37f * i) + (0.5f * MathF.Cos(1.9f * i)))];

    private static float[] Run(float[] x, int columns, Func<WeightEncoder, GraphValue, GraphValue> build, WeightPrecision precision, bool exact)
    {
        var builder = new GraphBuilder("linear");
        var input = builder.Input("x", DataType.Float, "batch", "sequence", columns);
        var output = build(WeightEncoder.Create(builder, precision, exact), input);
        builder.Output(output, "batch", "sequence", "out");
        using var session = Session(builder, out var folder);
        using (folder)
        {
            using var value = OrtValue.CreateTensorValueFromMemory(x, [1, Positions, columns]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, ["x"], [value], [output.Name]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }

    private static InferenceSession Session(GraphBuilder builder, out TemporaryFolder folder)
    {
        folder = new TemporaryFolder();
        OnnxModelFile.Save(builder, folder["model.onnx"]);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(folder["model.onnx"], options);
    }
}
