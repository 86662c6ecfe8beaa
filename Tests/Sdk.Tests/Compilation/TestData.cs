using Steering.Compilation;
using Steering.Policies;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>A manifest of a small model and random numbers.</summary>
internal static class TestData
{
    public static SocketManifest Manifest { get; } = CreateManifest(TestSae.Width, 0, 3, 5);

    public static SocketManifest CreateManifest(int width, params int[] blocks) => new()
    {
        FormatVersion = SocketLayout.FormatVersion,
        ModelName = "tiny",
        Architecture = "llama",
        ActivationType = "float32",
        HiddenSize = width,
        BlockCount = 8,
        GraphFile = "model.onnx",
        WeightFiles = ["model.onnx.data"],
        GraphSha256 = new string('0', 64),
        WeightsSha256 = new string('0', 64),
        Sites = [.. blocks.Select(block => new SocketSite(SocketLayout.ResidualSite(block), block, width))],
    };

    public static float[] Normal(Random random, int count, double deviation)
    {
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    /// <summary>Compiles with one SAE, registered as <c>main</c>.</summary>
    public static CompiledPolicy Compile(SteeringPolicy policy, TestSae? sae = null, params InterventionTarget[] watch)
    {
        var resources = new SteeringResources().AddCallback("known");
        if (sae is not null)
        {
            resources.AddSae("main", sae.Sae);
        }

        return new PolicyCompiler(Manifest, resources).Compile([policy], watch);
    }

    /// <summary>The message with which a policy is refused.</summary>
    public static string Refusal(SteeringPolicy policy, TestSae? sae = null, params InterventionTarget[] watch) =>
        Assert.Throws<SteeringException>(() => Compile(policy, sae, watch)).Message;

    public static void AssertNear(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.HasCount(expected.Length, actual);
        for (var index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], actual[index], tolerance, $"{what}, number {index}");
        }
    }
}
