using System.Numerics.Tensors;
using Steering.Tensors;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>trace</c>, <c>sae encode</c>, <c>sae stats</c>, <c>vector diff</c> and <c>features</c> against the oracles and each other.</summary>
[TestClass]
public sealed class TensorCommandTests
{
    /// <summary>Absolute, on logits and residuals at fp32.</summary>
    private const float Tolerance = 1e-3f;

    [TestMethod]
    public async Task Trace_GivesTheOraclesLogitsAndResiduals()
    {
        using var folder = new TemporaryFolder();
        using var oracle = SafetensorsFile.Open(OracleFolder.Require(Stories.Name, "forward.safetensors"));
        var sequences = oracle.Names.Where(name => name.EndsWith(".ids", StringComparison.Ordinal) && name.Count(letter => letter == '.') == 1).ToArray();
        Assert.IsNotEmpty(sequences);
        foreach (var name in sequences)
        {
            var number = name[..^4];
            var ids = oracle.ReadInt64(name);
            var output = folder[$"{number}.safetensors"];
            (await CliRun.Of("trace", Stories.Folder, "--prompt-ids", string.Join(',', ids), "--output", output)).Succeeds();

            using var trace = SafetensorsFile.Open(output);
            CollectionAssert.AreEquivalent(new[] { "ids", "logits", "resid_post.0", "resid_post.1" }, trace.Names.ToArray());
            CollectionAssert.AreEqual(ids, trace.ReadInt64("ids"));
            foreach (var tensor in (string[])["logits", "resid_post.0", "resid_post.1"])
            {
                CollectionAssert.AreEqual(oracle.Describe($"{number}.{tensor}").Shape.ToArray(), trace.Describe(tensor).Shape.ToArray());
                Assert.IsLessThan(Tolerance, Distance(oracle.ReadFloat32($"{number}.{tensor}"), trace.ReadFloat32(tensor)), $"{number}.{tensor}");
            }
        }
    }

    [TestMethod]
    public async Task Trace_UnderAPolicy_ShowsTheEdit()
    {
        using var folder = new TemporaryFolder();
        var direction = Enumerable.Range(0, 128).Select(index => index % 2 == 0 ? 1 : -1).ToArray();
        var policy = PolicyText.Write(folder, $$"""{"target":{"direction":[{{string.Join(',', direction)}}],"site":"resid_post.0"},"operator":"add","value":2}""");
        (await CliRun.Of("trace", Stories.Folder, "--prompt-ids", "1,80,147", "--output", folder["plain"])).Succeeds();
        (await CliRun.Of("trace", Stories.Folder, "--prompt-ids", "1,80,147", "--output", folder["steered"], "--policy", policy)).Succeeds();

        var (plain, steered) = (Read(folder["plain"], "resid_post.0"), Read(folder["steered"], "resid_post.0"));
        for (var index = 0; index < plain.Length; index++)
        {
            // Position 0 is left alone unless the policy says otherwise.
            var expected = index < 128 ? plain[index] : plain[index] + (2 * direction[index % 128]);
            Assert.AreEqual(expected, steered[index], 1e-4f);
        }
    }

    [TestMethod]
    public async Task Encode_GivesTheOraclesActivationsAndReconstruction()
    {
        using var folder = new TemporaryFolder();
        foreach (var sae in OracleFolder.Cases("oracle.safetensors", "saes"))
        {
            var output = folder[Path.GetFileName(sae)];
            (await CliRun.Of("sae", "encode", sae, "--input", Path.Combine(sae, "oracle.safetensors"), "--output", output)).Succeeds();
            using var oracle = SafetensorsFile.Open(Path.Combine(sae, "oracle.safetensors"));
            foreach (var name in (string[])["feature_acts", "reconstruction"])
            {
                var expected = oracle.ReadFloat32(name);
                Assert.IsLessThan(1e-4f * MathF.Abs(TensorPrimitives.MaxMagnitude(expected)), Distance(expected, Read(output, name)), $"{sae} {name}");
            }
        }
    }

    [TestMethod]
    public async Task Encode_TakesTheTensorOfTheSaesSiteFromATrace()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("trace", Stories.Folder, "--prompt", "Once upon a time", "--output", folder["trace"])).Succeeds();
        (await CliRun.Of("sae", "encode", Stories.TopK, "--input", folder["trace"], "--output", folder["own"])).Succeeds();
        (await CliRun.Of("sae", "encode", Stories.TopK, "--input", folder["trace"], "--tensor", "resid_post.0", "--output", folder["named"])).Succeeds();
        CollectionAssert.AreEqual(Read(folder["named"], "feature_acts"), Read(folder["own"], "feature_acts"));
        (await CliRun.Of("sae", "encode", Stories.TopK, "--input", folder["trace"], "--tensor", "logits", "--output", folder["wrong"])).Fails(1, "logits", "[T, 128]");
        Assert.IsFalse(File.Exists(folder["wrong"]));
    }

    [TestMethod]
    public async Task Features_AreTheLargestActivationsOfEachToken()
    {
        using var folder = new TemporaryFolder();
        (await CliRun.Of("trace", Stories.Folder, "--prompt", "Lily saw a bird", "--output", folder["trace"])).Succeeds();
        (await CliRun.Of("sae", "encode", Stories.TopK, "--input", folder["trace"], "--output", folder["acts"])).Succeeds();
        var run = (await CliRun.Of("features", Stories.Folder, "--sae", Stories.TopK, "--prompt", "Lily saw a bird", "--top", "3", "--json")).Succeeds();

        var activations = Read(folder["acts"], "feature_acts");
        var tokens = run.Json.GetProperty("tokens").EnumerateArray().ToArray();
        Assert.AreEqual("Lily saw a bird", string.Concat(tokens.Skip(1).Select(token => token.GetProperty("text").GetString())).Trim());
        foreach (var (position, token) in tokens.Index())
        {
            var row = activations.AsSpan(position * 1024, 1024).ToArray();
            var expected = row.Index().OrderByDescending(entry => entry.Item).ThenBy(entry => entry.Index).Take(3).Select(entry => entry.Index).ToArray();
            CollectionAssert.AreEqual(expected, token.GetProperty("features").EnumerateArray().Select(feature => feature.GetProperty("feature").GetInt32()).ToArray());
            Assert.AreEqual(row[expected[0]], token.GetProperty("features")[0].GetProperty("activation").GetSingle(), 1e-4f);
        }

        var table = (await CliRun.Of("features", Stories.Folder, "--sae", Stories.TopK, "--prompt", "Lily saw a bird")).Succeeds();
        Assert.Contains("features (activation)", table.Output);
        Assert.DoesNotContain("\u001b", table.Output);
    }

    [TestMethod]
    public async Task Stats_AreTheLargestActivationsOverTheText()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", "Lily saw a bird.\nOnce upon a time there was a dog.\n"u8);
        var output = folder["stats.safetensors"];
        (await CliRun.Of("sae", "stats", Stories.Folder, Stories.TopK, "--text", text, "--output", output)).Succeeds();

        var expected = new float[1024];
        foreach (var line in File.ReadLines(text))
        {
            (await CliRun.Of("trace", Stories.Folder, "--prompt", line, "--output", folder["trace"])).Succeeds();
            (await CliRun.Of("sae", "encode", Stories.TopK, "--input", folder["trace"], "--output", folder["acts"])).Succeeds();
            var activations = Read(folder["acts"], "feature_acts");
            for (var index = 1024; index < activations.Length; index++)
            {
                expected[index % 1024] = MathF.Max(expected[index % 1024], activations[index]);
            }
        }

        Assert.IsLessThan(1e-4f, Distance(expected, Read(output, "max_activation")));
    }

    [TestMethod]
    public async Task Diff_IsTheDifferenceOfMeanResiduals()
    {
        using var folder = new TemporaryFolder();
        var (positive, negative) = (folder.Write("a.txt", "The dog was happy.\n"u8), folder.Write("b.txt", "The cat was sad and cried.\n"u8));
        var output = folder["v.safetensors"];
        (await CliRun.Of("vector", "diff", Stories.Folder, "--positive", positive, "--negative", negative, "--site", "0", "--output", output)).Succeeds();

        var (plus, minus) = (await Mean(folder, "The dog was happy."), await Mean(folder, "The cat was sad and cried."));
        var expected = plus.Zip(minus, (left, right) => (float)(left - right)).ToArray();
        Assert.IsLessThan(1e-4f, Distance(expected, Read(output, "resid_post.0")));

        var info = (await CliRun.Of("info", output, "--json")).Succeeds();
        Assert.AreEqual("vector", info.Json.GetProperty("kind").GetString());
    }

    [TestMethod]
    public async Task Diff_AtASiteThatIsNotThere_ListsTheSites()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("a.txt", "Hello there.\n"u8);
        (await CliRun.Of("vector", "diff", Stories.Folder, "--positive", text, "--negative", text, "--site", "15", "--output", folder["v.safetensors"]))
            .Fails(1, "resid_post.15", "resid_post.0, resid_post.1", "steer socket");
        Assert.IsFalse(File.Exists(folder["v.safetensors"]));
    }

    [TestMethod]
    public async Task SaeOfAnotherModel_IsRefused() =>
        (await CliRun.Of("features", Stories.Folder, "--sae", OracleFolder.Require("saes", "smollm2-l15-topk"), "--prompt", "x")).Fails(1, "576", "128");

    private static async Task<double[]> Mean(TemporaryFolder folder, string text)
    {
        (await CliRun.Of("trace", Stories.Folder, "--prompt", text, "--output", folder["trace"])).Succeeds();
        var residuals = Read(folder["trace"], "resid_post.0");
        var tokens = residuals.Length / 128;
        return [.. Enumerable.Range(0, 128).Select(column => Enumerable.Range(1, tokens - 1).Average(token => (double)residuals[(token * 128) + column]))];
    }

    private static float[] Read(string path, string name)
    {
        using var file = SafetensorsFile.Open(path);
        return file.ReadFloat32(name);
    }

    private static float Distance(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        return expected.Zip(actual, (left, right) => MathF.Abs(left - right)).Max();
    }
}
