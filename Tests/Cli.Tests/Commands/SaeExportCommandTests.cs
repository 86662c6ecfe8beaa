using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Steering.Saes.Formats;
using Steering.Tensors;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Commands;

/// <summary><c>sae export</c> as its user runs it, and the files in plain ONNX Runtime.</summary>
[TestClass]
public sealed class SaeExportCommandTests
{
    [TestMethod]
    public async Task Export_InAProcessOfItsOwn_WritesGraphsThatPlainOnnxRuntimeRuns()
    {
        using var temporary = new TemporaryFolder();
        var sae = SaeFolder.Load(Stories.TopK);
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "steer.dll"), "sae", "export", Stories.TopK, temporary["out"], "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, await error);
        Assert.AreEqual(string.Empty, await error);
        using var report = JsonDocument.Parse(await output);
        Assert.AreEqual(sae.Fingerprint, report.RootElement.GetProperty("saeSha256").GetString());
        foreach (var (file, name) in report.RootElement.GetProperty("graphs").EnumerateArray().Zip((string[])["encode", "decode", "edit"]))
        {
            Assert.AreEqual(name, file.GetProperty("graph").GetString());
            Assert.AreEqual(new FileInfo(file.GetProperty("path").GetString()!).Length, file.GetProperty("bytes").GetInt64());
        }

        using var oracle = SafetensorsFile.Open(Path.Combine(Stories.TopK, "oracle.safetensors"));
        var (x, expected) = (oracle.ReadFloat32("x"), oracle.ReadFloat32("feature_acts"));
        using var session = new InferenceSession(temporary["out", "encode.onnx"]);
        using var input = OrtValue.CreateTensorValueFromMemory(x, [1, x.Length / sae.HiddenSize, sae.HiddenSize]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [input], ["values", "indices"]);
        var (values, indices) = (results[0].GetTensorDataAsSpan<float>().ToArray(), results[1].GetTensorDataAsSpan<long>().ToArray());
        foreach (var (entry, value) in values.Index())
        {
            Assert.AreEqual(expected[((entry / sae.K) * sae.LatentCount) + indices[entry]], value, 1e-5f * expected.Max());
        }

        Assert.AreEqual(expected.Count(value => value != 0), values.Count(value => value != 0));
        Assert.AreEqual("topk", session.ModelMetadata.CustomMetadataMap["steering.kind"]);
    }

    [TestMethod]
    public async Task Export_HonoursGraphPrecisionFormAndOverwrite()
    {
        using var temporary = new TemporaryFolder();
        var first = (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"], "--graph", "encode")).Succeeds();
        Assert.Contains("encode.onnx (0.5 MB) and sae.json", first.Output);
        Assert.AreSequenceEqual(new[] { "encode.onnx", "sae.json" }, Directory.GetFiles(temporary["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"])).Fails(1, "exists and is not empty");

        var second = (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"], "--graph", "decode", "--precision", "fp16", "--dense", "--overwrite", "--json")).Succeeds();
        Assert.AreEqual("fp16", second.Json.GetProperty("precision").GetString());
        Assert.IsLessThan(300_000, Assert.ContainsSingle(second.Json.GetProperty("graphs").EnumerateArray()).GetProperty("bytes").GetInt64());
        using var session = new InferenceSession(temporary["out", "decode.onnx"]);
        Assert.AreEqual("activations", Assert.ContainsSingle(session.InputMetadata.Keys));
    }

    [TestMethod]
    public async Task Info_OfAnExport_OrAFileInIt_SaysWhatItIs()
    {
        using var temporary = new TemporaryFolder();
        (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"])).Succeeds();
        foreach (var path in (string[])[temporary["out"], temporary["out", "edit.onnx"], temporary["out", "sae.json"]])
        {
            var info = (await CliRun.Of("info", path, "--json")).Succeeds().Json;
            Assert.AreEqual("sae-onnx", info.GetProperty("kind").GetString());
            Assert.AreEqual((1024, "topk"), (info.GetProperty("facts").GetProperty("features").GetInt32(), info.GetProperty("facts").GetProperty("architecture").GetString()));
            Assert.AreEqual("[\"encode\",\"decode\",\"edit\"]", info.GetProperty("facts").GetProperty("graphs").GetRawText());
        }

        File.WriteAllText(temporary["out", "sae.json"], """{"format":"another"}""");
        (await CliRun.Of("info", temporary["out"])).Fails(1, "sae.json", "steering.sae-onnx");
        File.WriteAllText(temporary["out", "sae.json"], "[1");
        (await CliRun.Of("info", temporary["out"])).Fails(1, "sae.json is not valid JSON");
    }

    [TestMethod]
    public async Task Export_OfATypo_IsOneReadableLine()
    {
        using var temporary = new TemporaryFolder();
        (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"], "--graph", "encoder")).Fails(2, "--graph is 'encoder'", "encode");
        (await CliRun.Of("sae", "export", Stories.TopK, temporary["out"], "--precision", "int8")).Fails(2, "--precision is 'int8'", "fp32 or fp16");
        (await CliRun.Of("sae", "export", Stories.TopK, temporary["out.onnx"])).Fails(1, "looks like a file");
        (await CliRun.Of("sae", "export", temporary["absent"], temporary["out"])).Fails(1, "does not exist");
        Assert.IsEmpty(Directory.GetFileSystemEntries(temporary.Path));
    }
}
