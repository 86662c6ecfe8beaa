using System.Globalization;
using System.Text.Json;
using Steering.Analysis.Concepts;
using Steering.Analysis.Corpora;
using Steering.Tensors;
using Steering.Tests.Cli.Support;

namespace Steering.Tests.Cli.Reports;

/// <summary>
/// Inputs that people have, each with the value that its reference gives. A case is run by what its <c>expected</c> holds, so that
/// others of the same forms can be put beside them; one of no known form fails.
/// </summary>
[TestClass]
public sealed class ReportTests
{
    private const float LogitTolerance = 1e-3f;
    private const float ActivationTolerance = 1e-4f;

    public static IEnumerable<object[]> Cases => ReportCase.Names.DefaultIfEmpty(string.Empty).Select(name => (object[])[name]);

    [TestMethod]
    [TestCategory("Model")]
    [DynamicData(nameof(Cases))]
    public async Task Report_GivesWhatItsReferenceGives(string name)
    {
        using var report = ReportCase.Open(name);
        await (report.Expected.ValueKind == JsonValueKind.String ? SentenceAsync(report, report.Expected.GetString()!) : ValuesAsync(report, report.Expected));
    }

    private static Task SentenceAsync(ReportCase report, string expected)
    {
        const string OrTexts = "or the texts ";
        if (expected.StartsWith("imports, with the logits of ", StringComparison.Ordinal))
        {
            return LogitsAsync(report, ReportCase.Outside(expected["imports, with the logits of ".Length..].Split(':', ',')[0]));
        }

        if (expected.StartsWith("imports, as the folder ", StringComparison.Ordinal))
        {
            return SameImportAsync(report, expected["imports, as the folder ".Length..].Split(' ')[0]);
        }

        if (expected.StartsWith("logits of expected.safetensors", StringComparison.Ordinal))
        {
            return LogitsAsync(report, report["expected.safetensors"]);
        }

        if (expected.StartsWith("feature_acts of expected.safetensors", StringComparison.Ordinal))
        {
            return ActivationsAsync(report);
        }

        if (expected.StartsWith("labels ", StringComparison.Ordinal))
        {
            return LabelsAsync(report, [.. expected.Split('\'').Where((_, index) => index % 2 == 1)]);
        }

        if (expected.StartsWith("a refusal unless ", StringComparison.Ordinal))
        {
            return RefusalUnlessAsync(report, expected["a refusal unless ".Length..].Split(' ')[0]);
        }

        if (expected.Contains(OrTexts, StringComparison.Ordinal))
        {
            return TextsAsync(report, expected[(expected.IndexOf(OrTexts, StringComparison.Ordinal) + OrTexts.Length)..].Split(", "), mayRefuse: true);
        }

        if (expected.StartsWith("a refusal (or at least a warning)", StringComparison.Ordinal))
        {
            return RefusalOrWarningAsync(report);
        }

        if (expected.StartsWith("generates ", StringComparison.Ordinal) && expected.Contains(" tokens as with ", StringComparison.Ordinal))
        {
            return SameWithAsync(report, expected.Split(" tokens as with ")[1].Split(',')[0].Split(' '));
        }

        throw new AssertFailedException($"{report.Source}: what is expected is of no form that this test knows: {expected}");
    }

    private static Task ValuesAsync(ReportCase report, JsonElement expected)
    {
        if (expected.TryGetProperty("texts", out var texts))
        {
            return TextsAsync(report, [.. texts.EnumerateArray().Select(text => text.GetString()!)], mayRefuse: false);
        }

        if (expected.TryGetProperty("tokens", out var count) && count.ValueKind == JsonValueKind.Number)
        {
            return HarvestAsync(report, count.GetInt32());
        }

        if (expected.TryGetProperty("tokenize", out var tokenized))
        {
            return TokensAsync(report, tokenized);
        }

        if (report.Has("generate"))
        {
            return GenerationAsync(report, expected);
        }

        return report.Has("tokenize")
            ? TokensAsync(report, expected)
            : throw new AssertFailedException($"{report.Source}: what is expected is of no form that this test knows: {expected}");
    }

    /// <summary>The logits of a trace, or of every sequence that an oracle holds.</summary>
    private static async Task LogitsAsync(ReportCase report, string oracle)
    {
        (await ImportAsync(report)).IsOk();
        using var expected = SafetensorsFile.Open(oracle);
        if (!expected.Contains("0.ids"))
        {
            await CompareAsync(report.Arguments("trace"), expected.ReadFloat32("logits"));
            return;
        }

        for (var sequence = 0; expected.Contains($"{sequence}.ids"); sequence++)
        {
            var ids = string.Join(',', expected.ReadInt64($"{sequence}.ids"));
            await CompareAsync(["trace", report["out"], "--prompt-ids", ids, "--output", report[$"{sequence}.safetensors"]], expected.ReadFloat32($"{sequence}.logits"));
        }
    }

    private static async Task CompareAsync(string[] trace, float[] expected)
    {
        (await CliRun.Of(trace)).IsOk();
        using var file = SafetensorsFile.Open(trace[^1]);
        Close(expected, file.ReadFloat32("logits"), LogitTolerance);
    }

    private static async Task SameImportAsync(ReportCase report, string folder)
    {
        (await ImportAsync(report)).IsOk();
        (await CliRun.Of("import", report[folder], report["other"])).IsOk();
        foreach (var file in Directory.EnumerateFiles(report["other"]).Where(file => Path.GetFileName(file).StartsWith("model.onnx", StringComparison.Ordinal)))
        {
            Assert.AreSequenceEqual(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(report["out"], Path.GetFileName(file))), $"{file} differs.");
        }
    }

    private static async Task ActivationsAsync(ReportCase report)
    {
        (await CliRun.Of(report.Arguments("info"))).IsOk();
        var encode = report.Arguments("sae encode");
        (await CliRun.Of(encode)).IsOk();
        using var expected = SafetensorsFile.Open(report["expected.safetensors"]);
        using var actual = SafetensorsFile.Open(encode[^1]);
        Close(expected.ReadFloat32("feature_acts"), actual.ReadFloat32("feature_acts"), ActivationTolerance);
    }

    /// <summary>Reads the texts; where a refusal will do, it must be one that says what is wrong.</summary>
    private static Task TextsAsync(ReportCase report, string[] expected, bool mayRefuse)
    {
        try
        {
            Assert.AreSequenceEqual(expected, TextCorpus.Open(Table(report)).Read().Select(document => document.Text).ToArray());
        }
        catch (SteeringException refusal) when (mayRefuse)
        {
            Assert.Contains(Path.GetFileName(Table(report)), refusal.Message);
        }

        return Task.CompletedTask;
    }

    private static Task LabelsAsync(ReportCase report, string[] expected)
    {
        Assert.AreSequenceEqual(expected, new LabelledCorpus([Table(report)]).Labels().Labels.Order(StringComparer.Ordinal).ToArray());
        return Task.CompletedTask;
    }

    private static async Task HarvestAsync(ReportCase report, int tokens)
    {
        (await ImportAsync(report)).IsOk();
        var run = await CliRun.Of(report.Arguments("harvest"));
        Assert.IsTrue(run.ExitCode == 0 || run.Error.Contains("window", StringComparison.Ordinal), run.Error);
        if (run.ExitCode == 0)
        {
            Assert.AreEqual(tokens, run.Json.GetProperty("tokens").GetInt32());
        }
        else
        {
            // A text shorter than a window is refused with its length.
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"has {tokens} tokens"), run.Error);
        }
    }

    private static async Task TokensAsync(ReportCase report, JsonElement expected)
    {
        var folder = report["source"];
        if (report.Has("import"))
        {
            (await ImportAsync(report)).IsOk();
            folder = report["out"];
        }

        Assert.IsTrue(expected.EnumerateObject().Any(), $"{report.Source} expects no text.");
        foreach (var text in expected.EnumerateObject())
        {
            var run = (await CliRun.Of("tokenize", folder, text.Name, "--json")).IsOk();
            Assert.AreSequenceEqual(Stories.Ints(text.Value), Stories.Ints(run.Json.GetProperty("ids")), text.Name);
        }
    }

    private static async Task GenerationAsync(ReportCase report, JsonElement expected)
    {
        (await ImportAsync(report)).IsOk();
        var run = (await CliRun.Of(report.Arguments("generate"))).IsOk().Json;
        var ids = Stories.Ints(run.GetProperty("ids"));
        var known = 0;
        foreach (var value in expected.EnumerateObject())
        {
            known++;
            switch (value.Name)
            {
                case "promptIds":
                    Assert.AreSequenceEqual(Stories.Ints(value.Value), Stories.Ints(run.GetProperty("promptIds")));
                    break;
                case "ids":
                    Assert.AreSequenceEqual(Stories.Ints(value.Value), ids);
                    break;
                case "ids_before_stop":
                    Assert.AreSequenceEqual(Stories.Ints(value.Value), ids[..value.Value.GetArrayLength()]);
                    Assert.IsLessThanOrEqualTo(value.Value.GetArrayLength() + 1, ids.Length);
                    break;
                case "tokens" when expected.TryGetProperty("last_is_end", out var isEnd) && isEnd.GetBoolean():
                    Assert.AreSequenceEqual(Stories.Ints(value.Value), ids[..value.Value.GetArrayLength()]);
                    Assert.IsLessThanOrEqualTo(value.Value.GetArrayLength() + 1, ids.Length);
                    break;
                case "finishReason":
                    Assert.AreEqual(value.Value.GetString(), run.GetProperty("finishReason").GetString());
                    break;

                // Of a rendered prompt the text stands beside its ids; of a reply it is what was said.
                case "text" when !expected.TryGetProperty("promptIds", out _):
                    Assert.AreEqual(value.Value.GetString(), run.GetProperty("text").GetString());
                    break;
                case "text" or "prompt" or "note" or "last_is_end":
                    known--;
                    break;
                default:
                    throw new AssertFailedException($"{report.Source} expects '{value.Name}', which this test does not know.");
            }
        }

        Assert.IsGreaterThan(0, known);
    }

    private static async Task RefusalUnlessAsync(ReportCase report, string option)
    {
        var line = report.Commands[^1].Split(' ')[1];
        (await ImportAsync(report)).IsOk();
        var arguments = report.Arguments(line);
        var run = await CliRun.Of(arguments);
        Assert.AreNotEqual(0, run.ExitCode, run.Output);
        Assert.Contains(option, run.Error);
        (await CliRun.Of([.. arguments, option])).IsOk();
    }

    private static async Task RefusalOrWarningAsync(ReportCase report)
    {
        var run = await ImportAsync(report);
        var warnings = run.Error.Split('\n').Where(line => line.Length > 0 && !line.Contains("tokenizer.json", StringComparison.Ordinal)).ToArray();
        Assert.IsNotEmpty(warnings, "Nothing was said.");
        Assert.DoesNotContain("bug in steer", run.Error);
    }

    private static async Task SameWithAsync(ReportCase report, string[] option)
    {
        (await ImportAsync(report)).IsOk();
        var arguments = report.Arguments("generate");
        var at = Array.IndexOf(arguments, option[0]);
        var run = await CliRun.Of([.. arguments, "--seed", "1"]);
        if (run.ExitCode != 0)
        {
            Assert.Contains(option[0].TrimStart('-'), run.Error);
            Assert.DoesNotContain("bug in steer", run.Error);
            return;
        }

        arguments[at + 1] = option[1];
        Assert.AreEqual((await CliRun.Of([.. arguments, "--seed", "1"])).IsOk().Output, run.Output);
    }

    private static Task<CliRun> ImportAsync(ReportCase report) => CliRun.Of(report.Arguments("import"));

    private static string Table(ReportCase report) => Directory.EnumerateFiles(report["."], "data.*").Single();

    private static void Close(float[] expected, float[] actual, float tolerance)
    {
        Assert.HasCount(expected.Length, actual);
        var largest = expected.Zip(actual, (left, right) => Math.Abs(left - right)).Max();
        Assert.IsLessThan(tolerance, largest);
    }
}
