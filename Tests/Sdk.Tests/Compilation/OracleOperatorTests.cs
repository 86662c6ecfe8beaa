using Steering.Compilation;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Compilation;

/// <summary>
/// Every policy of the steering oracle, compiled on the real TopK SAE and applied to real residual vectors, against the
/// oracle's own definition of its operators over the reference's activations and the raw decoder rows.
/// Tolerance 1e-4 of the largest component of each token's residual vector or edit.
/// </summary>
[TestClass]
public sealed class OracleOperatorTests
{
    private const int Width = 576;

    // The reference competition of 4,608 latents is slow on purpose.
    private const int Tokens = 8;

    [TestMethod]
    [TestCategory("Slow")]
    public void Policies_OnRealActivations_EditAsTheOracleDefines()
    {
        var steering = OracleFolder.Require("smollm2-135m-instruct", "steering.json");
        var folder = OracleFolder.Require("saes", "smollm2-l15-topk");
        using var weights = SafetensorsFile.Open(Path.Combine(folder, "sae_weights.safetensors"));
        using var oracle = SafetensorsFile.Open(Path.Combine(folder, "oracle.safetensors"));
        var decoder = weights.ReadFloat32("W_dec");
        var (x, acts) = (oracle.ReadFloat32("x")[..(Tokens * Width)], oracle.ReadFloat32("feature_acts"));
        var latents = decoder.Length / Width;
        var compiler = new PolicyCompiler(TestData.CreateManifest(Width, 15) with { ModelName = "SmolLM2-135M-Instruct" }, new SteeringResources(OracleFolder.Oracles));
        var active = MostActive(acts, latents);
        foreach (var (name, policy) in SteeringOracle.Policies(steering))
        {
            foreach (var variant in new[] { policy, OnFeatures(policy, active) })
            {
                var compiled = compiler.Compile(variant);
                var actual = compiled.Sites.Count == 0 ? x : SocketReference.Apply(compiled.Sites.Single(), x, Tokens).Residual;
                for (var token = 0; token < Tokens; token++)
                {
                    var expected = Expected(variant, x.AsSpan(token * Width, Width), acts.AsSpan(token * latents, latents), decoder, token);
                    var scale = expected.Max(Math.Abs);
                    for (var index = 0; index < Width; index++)
                    {
                        Assert.AreEqual(expected[index], actual[(token * Width) + index], 1e-4 * scale, $"{name}, token {token}, dimension {index}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void ControlVector_OverManyBlocks_BecomesOneRowASite()
    {
        var folder = OracleFolder.Require("smollm2-135m-instruct", "control-vectors");
        var policy = SteeringPolicy.Create("calm").Add(Direction.FromFile("toxic-minus-neutral.gguf", 8, 22), -0.5f) with { Folder = folder, SkipPositionZero = false };
        var manifest = TestData.CreateManifest(Width, [.. Enumerable.Range(0, 30)]);
        var compiled = new PolicyCompiler(manifest, new SteeringResources()).Compile(policy);
        CollectionAssert.AreEqual(Enumerable.Range(8, 15).Select(block => $"resid_post.{block}").ToArray(), compiled.Sites.Select(site => site.Site).ToArray());
        using var file = GgufFile.Open(Path.Combine(folder, "toxic-minus-neutral.gguf"));
        var random = new Random(1);
        for (var site = 0; site < 15; site++)
        {
            var direction = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.Bytes($"direction.{site + 8}"));
            Assert.AreEqual(Width, direction.Length);
            var x = TestData.Normal(random, Width, 20);
            var (actual, _) = SocketReference.Apply(compiled.Sites[site], x, 1);
            for (var index = 0; index < Width; index++)
            {
                Assert.AreEqual(x[index] - (0.5f * direction[index]), actual[index], 1e-5, $"block {site + 8}, dimension {index}");
            }

            Assert.AreEqual(new RowAddress(site, 0), compiled.Interventions.Single().Rows[site]);
        }

        Refusal.Of(() => new PolicyCompiler(manifest, new SteeringResources()).Compile(policy with { Interventions = [policy.Interventions[0] with { Target = Direction.FromFile("toxic-minus-neutral.gguf", 8, 99) }] }), "blocks 8 to 99 were asked for, but toxic-minus-neutral.gguf holds directions for the blocks ");
        Refusal.Of(() => new PolicyCompiler(TestData.CreateManifest(Width, 8, 9), new SteeringResources()).Compile(policy), "resid_post.10, which has no socket");
    }

    /// <summary>The same policy on latents that are active in the data.</summary>
    private static SteeringPolicy OnFeatures(SteeringPolicy policy, int[] active) => policy with
    {
        Interventions = [.. policy.Interventions.Select(intervention => intervention with
        {
            Target = intervention.Target is FeatureTarget target ? target with { Features = active[..target.Features.Count] } : intervention.Target,
            Gate = intervention.Gate is TokenGate gate ? gate with { Target = Feature.Of("main", active[^1]) } : intervention.Gate,
        })],
    };

    /// <summary>The twelve latents that are active on most tokens, without those that always are, and one more for the gate.</summary>
    private static int[] MostActive(float[] acts, int latents) =>
        [.. Enumerable.Range(0, latents)
            .Select(latent => (Latent: latent, Count: Enumerable.Range(0, Tokens).Count(token => acts[(token * latents) + latent] > 0)))
            .Where(entry => entry.Count < Tokens)
            .OrderByDescending(entry => entry.Count)
            .Take(13)
            .Select(entry => entry.Latent)];

    private static double[] Expected(SteeringPolicy policy, ReadOnlySpan<float> x, ReadOnlySpan<float> acts, float[] decoder, int token)
    {
        double[] result = [.. x.ToArray().Select(value => (double)value)];
        if (policy.Interventions.Count == 0 || (policy.SkipPositionZero && token == 0))
        {
            return result;
        }

        var intervention = policy.Interventions.Single();
        if (intervention.Target is DirectionTarget direction)
        {
            double[] given = [.. direction.Values.Select(value => (double)value)];
            var square = given.Sum(value => value * value);
            var product = given.Zip(result, (left, right) => left * right).Sum();
            var length = intervention.Operator is AddOperator add ? add.Values[0] : (((GainOperator)intervention.Operator).Gain - 1) * product / square;
            return [.. result.Select((value, index) => value + (length * given[index]))];
        }

        var open = intervention.Gate is not TokenGate gate || acts[((FeatureTarget)gate.Target).Features[0]] > gate.Threshold;
        var features = ((FeatureTarget)intervention.Target).Features;
        for (var position = 0; open && position < features.Count; position++)
        {
            double a = acts[features[position]];
            double v = intervention.Operator is ValueOperator valued ? valued.Values[Math.Min(position, valued.Values.Count - 1)] : 0;
            var edited = intervention.Operator switch
            {
                AddOperator => a + v,
                ClampOperator => v,
                ClampWhereActiveOperator => a > 0 ? v : a,
                ScaleOperator scale => scale.Gain * a,
                AblateOperator => 0,
                CapOperator => Math.Min(a, v),
                FloorOperator => Math.Max(a, v),
                var other => throw new NotSupportedException($"{other}"),
            };
            var row = decoder.AsSpan(features[position] * Width, Width).ToArray();
            var norm = Math.Sqrt(row.Sum(value => (double)value * value));
            for (var index = 0; index < Width; index++)
            {
                result[index] += (edited - a) * row[index] / norm;
            }
        }

        return result;
    }
}
