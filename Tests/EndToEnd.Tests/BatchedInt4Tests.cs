using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Export;
using Steering.Export.Precision;
using Steering.Export.Sockets;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.EndToEnd;

/// <summary>
/// int4 rows beside each other and alone. Products of eight rows and of one may add up in another order, and activations that
/// are rounded to eight bits make that difference larger; so the promise is the greedy token wherever the model has decided.
/// </summary>
[TestClass]
public sealed class BatchedInt4Tests
{
    private const int Rows = 8;
    private const int Tokens = 32;

    /// <summary>Logits closer than this may fall either way; the largest difference seen was 0.21.</summary>
    private const float Undecided = 0.5f;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ATinyModelsRows_AreThoseTheyAreAlone()
    {
        var root = Directory.CreateTempSubdirectory("steering-int4-").FullName;
        try
        {
            var folder = Path.Combine(root, "model");
            ModelImporter.Import(TinyCheckpoint.Write(Path.Combine(root, "checkpoint")), folder, new ImportOptions { Precision = WeightPrecision.Int4, Sites = SiteSelection.All }, progress: null, CancellationToken.None);
            await CompareAsync(folder);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [TestMethod]
    [TestCategory("Model")]
    public Task SmolLM2sRows_AreThoseTheyAreAlone() => CompareAsync(ImportedModels.Socketed("smollm2-135m-instruct", WeightPrecision.Int4));

    private async Task CompareAsync(string folder)
    {
        using var model = SteerableModel.Load(folder);
        using var engine = new SteeringEngine(model, new SteeringResources()) { OwnsModel = false };
        using var pass = ForwardPass.Load(folder);
        using var decoder = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = Rows });
        DecodeRequest[] requests = [.. Enumerable.Range(0, 2 * Rows).Select(row => Request(engine, row))];
        var together = await decoder.CompleteAllAsync(requests, Rows, cancellationToken: TestContext.CancellationToken);
        var alone = await decoder.CompleteAllAsync(requests, 1, cancellationToken: TestContext.CancellationToken);
        var (equal, tokens) = (0, 0);
        for (var row = 0; row < requests.Length; row++)
        {
            var first = alone[row].Ids.Zip(together[row].Ids).TakeWhile(pair => pair.First == pair.Second).Count();
            tokens += first;
            if (first == Tokens)
            {
                equal++;
                continue;
            }

            int[] ids = [.. requests[row].PromptIds, .. alone[row].Ids.Take(first)];
            var logits = pass.Run(ids, requests[row].Policy).LogitsAt(ids.Length - 1);
            var margin = Math.Abs(logits[alone[row].Ids[first]] - logits[together[row].Ids[first]]);
            TestContext.WriteLine($"conversation {row}, token {first}: {margin} between the two");
            Assert.IsLessThanOrEqualTo(Undecided, margin, $"conversation {row}: token {first} differs although the model prefers one by {margin}");
        }

        TestContext.WriteLine($"{equal} of {requests.Length} conversations of {Tokens} tokens are equal, {tokens} tokens before the first that differs");

        // The promise would hold of rows that part at once.
        Assert.IsGreaterThan(requests.Length * Tokens / 4, tokens);
    }

    // Other lengths, and every second one under a policy of its own.
    private static DecodeRequest Request(SteeringEngine engine, int row)
    {
        var random = new Random(row);
        var site = engine.Model.Sites[engine.Model.Sites.Count / 2];
        DirectionTarget Vector() => Direction.At(site.Name, [.. Enumerable.Range(0, site.HiddenSize).Select(_ => (float)(random.NextDouble() - 0.5) / 10)]);
        return new DecodeRequest
        {
            PromptIds = [.. Enumerable.Range(0, random.Next(3, 40)).Select(_ => random.Next(Math.Min(engine.Model.VocabularySize, 4000) - 10))],
            MaxTokens = Tokens,
            IgnoreEndTokens = true,
            Policy = row % 2 == 0 ? CompiledPolicy.Empty : engine.Compile(SteeringPolicy.Create("push").Add(Vector(), 2, StrengthUnit.Raw, Gate.Token(Vector(), 0, StrengthUnit.Raw))),
        };
    }
}
