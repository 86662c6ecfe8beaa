using Steering.Tensors;

namespace Steering.Tests.Export.Import;

/// <summary>
/// Rotary scalings of every kind, and further architectures, against forward passes over whole sequences computed elsewhere in
/// float64 (the oracles' <c>rope-and-architectures-2</c>).
/// </summary>
[TestClass]
public sealed class RotaryOracleTests
{
    /// <summary>Relative to the largest logit, as the oracle states it.</summary>
    private const float Tolerance = 1e-4f;

    public static IEnumerable<object[]> Cases => Directory.Exists(OracleFolder.Oracles)
        ? OracleFolder.Cases("oracle.safetensors", "rope-and-architectures-2").Select(folder => new object[] { Path.GetFileName(folder) })
        : [[string.Empty]];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Forward_GivesTheReferenceLogitsAndResiduals(string name)
    {
        var source = OracleFolder.Require("rope-and-architectures-2", name);
        var model = ImportedModel.Of(source);
        using var oracle = SafetensorsFile.Open(Path.Combine(source, "oracle.safetensors"));
        Assert.IsTrue(oracle.Contains("0.ids"), $"{oracle.Path} holds no sequence.");
        for (var sequence = 0; oracle.Contains($"{sequence}.ids"); sequence++)
        {
            var outputs = model.Forward(oracle.ReadInt64($"{sequence}.ids"));
            Close("logits", outputs.Logits, oracle.ReadFloat32($"{sequence}.logits"));
            for (var block = 0; block < model.BlockCount; block++)
            {
                Close($"resid_post.{block}", outputs.Residual(block), oracle.ReadFloat32($"{sequence}.resid_post.{block}"));
            }

            void Close(string what, ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
            {
                var largest = Math.Max(1, System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(expected));
                var distance = Distance.Largest(actual, expected) / Math.Abs(largest);
                TestContext.WriteLine($"{name}, sequence {sequence}, {what}: {Distance.Text(distance)}");
                Assert.IsLessThan(Tolerance, distance, $"sequence {sequence}, {what}");
            }
        }
    }
}
