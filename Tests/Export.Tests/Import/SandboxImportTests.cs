using System.Globalization;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Sandbox.Corpora;
using Steering.Tokenizers;

namespace Steering.Tests.Export.Import;

/// <summary>Import, sockets and precision on the bundled model: a trained checkpoint that every clone has.</summary>
[TestClass]
public sealed class SandboxImportTests : IDisposable
{
    private const int Tokens = 32;

    private readonly TemporaryFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => _folder.Dispose();

    /// <summary>The graph against a Llama written out in double precision: residuals to 1e-4 of a row's norm, logits to 1e-3.</summary>
    [TestMethod]
    public void Import_GivesTheResidualsAndLogitsOfALlamaWrittenOut()
    {
        var ids = Ids();
        var reference = new LlamaReference(SandboxModel.Bundle.CheckpointFolder);
        var (residuals, logits) = reference.Run(ids);
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var result = pass.Run(ids);
        Assert.HasCount(reference.BlockCount, pass.Sites);
        var (worst, worstLogit) = (0.0, 0.0);
        for (var token = 0; token < ids.Length; token++)
        {
            for (var block = 0; block < reference.BlockCount; block++)
            {
                var expected = residuals[block][token];
                var actual = result.Residuals[string.Create(CultureInfo.InvariantCulture, $"resid_post.{block}")].AsSpan(token * expected.Length, expected.Length).ToArray();
                worst = Math.Max(worst, Math.Sqrt(expected.Zip(actual, (left, right) => Math.Pow(left - right, 2)).Sum() / expected.Sum(value => value * value)));
            }

            var row = result.Logits.AsSpan(token * result.VocabularySize, result.VocabularySize).ToArray();
            worstLogit = Math.Max(worstLogit, logits[token].Zip(row, (left, right) => Math.Abs(left - right)).Max());
        }

        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"residuals within {worst:G3} of a row's norm, logits within {worstLogit:G3}"));
        Assert.IsLessThan(1e-4, worst);
        Assert.IsLessThan(1e-3, worstLogit);
    }

    [TestMethod]
    public void Sockets_WithNothingPluggedIn_LeaveTheLogitsAsTheyAre()
    {
        ModelImporter.Import(SandboxModel.Bundle.CheckpointFolder, _folder["plain"], new ImportOptions(), progress: null, CancellationToken.None);
        ModelSocketer.Socket(_folder["plain"], _folder["socketed"], SiteSelection.Parse("2,4"), options: null, progress: null, CancellationToken.None);
        using var plain = ForwardPass.Load(_folder["plain"]);
        using var some = ForwardPass.Load(_folder["socketed"]);
        using var all = ForwardPass.Load(SandboxModel.Folder());
        var ids = Ids();
        var expected = plain.Run(ids).Logits;
        Assert.AreSequenceEqual(new[] { "resid_post.2", "resid_post.4" }, some.Sites.Select(site => site.Name).ToArray());
        Assert.IsTrue(expected.AsSpan().SequenceEqual(some.Run(ids).Logits));
        Assert.IsTrue(expected.AsSpan().SequenceEqual(all.Run(ids).Logits));
    }

    /// <summary>Weights in blocks of 4 bits still make the same language: the next tokens of the world's own text lose less than a third of a nat.</summary>
    [TestMethod]
    public void Int4_LosesLittle()
    {
        ModelImporter.Import(SandboxModel.Bundle.CheckpointFolder, _folder["int4"], new ImportOptions { Precision = WeightPrecision.Int4 }, progress: null, CancellationToken.None);
        using var full = ForwardPass.Load(SandboxModel.Folder());
        using var int4 = ForwardPass.Load(_folder["int4"]);
        var ids = Ids(8 * Tokens);
        var (before, after) = (Loss(full, ids), Loss(int4, ids));
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before:F3} nats a token in fp32, {after:F3} in int4"));
        Assert.IsLessThan(before + 0.33, after);
        Assert.IsLessThan(new FileInfo(Path.Combine(SandboxModel.Folder(), "model.onnx.data")).Length / 2, new FileInfo(_folder["int4", "model.onnx.data"]).Length);
    }

    private static double Loss(ForwardPass pass, int[] ids)
    {
        var result = pass.Run(ids);
        return Enumerable.Range(0, ids.Length - 1).Average(position =>
        {
            var row = result.Logits.AsSpan(position * result.VocabularySize, result.VocabularySize).ToArray();
            var largest = row.Max();
            return largest + Math.Log(row.Sum(logit => Math.Exp(logit - largest))) - row[ids[position + 1]];
        });
    }

    private static int[] Ids(int count = Tokens)
    {
        var text = string.Concat(new SandboxCorpus(1).Documents(CorpusSplit.HeldOut).Take(10).Select(document => document.Text));
        return TextTokenizer.Load(SandboxModel.Folder()).Encode(text)[..count];
    }
}
