using Steering.Export.Architectures;
using Steering.Export.Precision;
using Steering.Tensors;

namespace Steering.Tests.Export.Import;

[TestClass]
public sealed class ArchitectureOracleTests
{
    // Reached: 5e-6 on logits, 8e-6 on residuals.
    private const float Tolerance = 5e-5f;

    public static IEnumerable<object[]> Cases => Directory.Exists(OracleFolder.Oracles)
        ? OracleFolder.Cases("oracle.safetensors", "architectures").Select(folder => new object[] { Path.GetFileName(folder) })
        : [[string.Empty]];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Forward_GivesTheReferenceLogitsAndResiduals(string name)
    {
        var (model, oracle) = Open(name);
        using (oracle)
        {
            var (logits, residuals) = (0f, 0f);
            foreach (var sequence in Sequences(oracle))
            {
                var outputs = model.Forward(oracle.ReadInt64($"{sequence}.ids"));
                logits = Math.Max(logits, Distance.Largest(outputs.Logits, oracle.ReadFloat32($"{sequence}.logits")));
                for (var block = 0; block < model.BlockCount; block++)
                {
                    residuals = Math.Max(residuals, Distance.Largest(outputs.Residual(block), oracle.ReadFloat32($"{sequence}.resid_post.{block}")));
                }

                Assert.IsFalse(oracle.Contains($"{sequence}.resid_post.{model.BlockCount}"), "the oracle has more blocks than the graph");
            }

            TestContext.WriteLine($"{name}: logits within {Distance.Text(logits)}, residuals within {Distance.Text(residuals)}");
            Assert.IsLessThan(Tolerance, logits);
            Assert.IsLessThan(Tolerance, residuals);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Greedy_ByGenAi_GivesTheReferenceTokens(string name)
    {
        var (model, oracle) = Open(name);
        using (oracle)
        {
            foreach (var sequence in Sequences(oracle))
            {
                int[] prompt = [.. oracle.ReadInt64($"{sequence}.ids").Select(id => (int)id)];
                int[] expected = [.. oracle.ReadInt64($"{sequence}.greedy").Select(id => (int)id)];
                CollectionAssert.AreEqual(expected, model.Greedy(prompt, expected.Length), $"sequence {sequence}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void PrefillAndDecode_EqualOneLongPrefill(string name)
    {
        var (model, oracle) = Open(name);
        using (oracle)
        {
            var ids = oracle.ReadInt64("0.ids");
            var whole = model.Forward(ids).Logits;
            var vocabulary = whole.Length / ids.Length;
            var step = model.Forward(ids.AsSpan(0, 7));
            for (var position = 7; position < ids.Length; position++)
            {
                step = model.Forward(ids.AsSpan(position, 1), step);
                Assert.IsLessThan(Tolerance, Distance.Largest(step.Logits, whole.AsSpan(position * vocabulary, vocabulary)), $"position {position}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Int4_StaysCloseToTheSameModelInFloat32(string name)
    {
        var (model, oracle) = Open(name);
        using (oracle)
        {
            var quantised = ImportedModel.Of(Source(name), WeightPrecision.Int4);
            var ids = oracle.ReadInt64("0.ids");
            var distance = Distance.Relative(quantised.Forward(ids).Logits, model.Forward(ids).Logits);
            TestContext.WriteLine($"{name}: int4 logits differ by {Distance.Text(distance)} of their size");

            // Random weights of width 64 rounded to 4 bits: about 0.1 on each matrix, 0.25 to 0.4 on the logits.
            Assert.IsGreaterThan(0, distance);
            Assert.IsLessThan(0.5, distance);
        }
    }

    [TestMethod]
    public void Find_WhenTheArchitectureIsUnknown_NamesItAndTheSupportedOnes() =>
        Refusal.Of(() => ArchitectureRegistry.Find("mamba"), "'mamba'", string.Join(", ", ArchitectureRegistry.ModelTypes));

    [TestMethod]
    public void Registry_ListsWhatTheOraclesCover() => CollectionAssert.AreEqual(
        new[] { "gemma2", "gemma3_text", "gpt2", "gpt_neox", "gpt_oss", "granite", "llama", "mistral", "mixtral", "olmo2", "phi3", "qwen2", "qwen3", "qwen3_moe", "smollm3" },
        ArchitectureRegistry.ModelTypes.ToArray());

    private static string Source(string name) => OracleFolder.Require("architectures", name);

    private static (ImportedModel Model, SafetensorsFile Oracle) Open(string name)
    {
        var source = Source(name);
        return (ImportedModel.Of(source), SafetensorsFile.Open(Path.Combine(source, "oracle.safetensors")));
    }

    private static IEnumerable<int> Sequences(SafetensorsFile oracle)
    {
        Assert.IsTrue(oracle.Contains("0.ids"), $"{oracle.Path} holds no sequence.");
        for (var sequence = 0; oracle.Contains($"{sequence}.ids"); sequence++)
        {
            yield return sequence;
        }
    }
}
