using Steering.Analysis.Evaluation;
using Steering.Saes;

namespace Steering.Tests.Analysis.Evaluation;

[TestClass]
public sealed class TopExamplesTests
{
    /// <summary>An excerpt begins and ends with whole words, keeps its peak, and stays as it is where there are no blanks.</summary>
    [TestMethod]
    [DataRow(new[] { " st", "orm", "y", " rain", " f", "ell", " so", "ft", "ly" }, 1, 7, 3, " rain| fell")]
    [DataRow(new[] { "The", " rain", " fell" }, 0, 3, 1, "The| rain| fell")]
    [DataRow(new[] { "<|im_start|>", "user", "\n", "We" }, 1, 3, 2, "user|\n|We")]
    [DataRow(new[] { "al", "ph", "ab", "et", "ic" }, 1, 3, 2, "ph|ab|et")]
    [DataRow(new[] { "雨", "が", "降", "る", "。" }, 1, 3, 2, "が|降|る")]
    [DataRow(new[] { "a", "", "é", " b" }, 2, 2, 3, " b")]
    public void OnWords_CutsNoWord(string[] pieces, int start, int count, int peak, string expected)
    {
        var cut = new TopExample(0, peak, start, [.. Enumerable.Range(start, count).Select(index => (float)index)]).OnWords(pieces);
        var shown = pieces[cut.Start..(cut.Start + cut.Activations.Count)];
        Assert.AreEqual(expected.Replace("|", string.Empty, StringComparison.Ordinal), string.Concat(shown));
        Assert.AreEqual(peak, cut.Activation);
        Assert.AreEqual(cut.Start, cut.Activations[0]);
    }

    private const int Latents = 12;
    private const int Width = 6;
    private const int Length = 20;

    /// <summary>Against sorting everything, window by window.</summary>
    [TestMethod]
    public void Of_OverManyWindows_IsTheStrongestOfEach()
    {
        var sae = TestSae.Random(Latents, Width, 3);
        var examples = new TopExamples(Latents, 3, 4, byDocument: false);
        var all = new List<(int Window, float[] Dense)>();
        for (var window = 0; window < 30; window++)
        {
            var rows = TestSae.RandomRows(Length, Width, 100 + window);
            var dense = new float[Length * Latents];
            sae.Encode(rows, Length, dense);
            all.Add((window, dense));
            int[] kept = [.. Enumerable.Range(1, Length - 1)];
            examples.Add(window, new EvaluationWindow(new int[Length]), kept, sae.EncodeSparse(rows.AsSpan(Width), Length - 1));
        }

        for (var latent = 0; latent < Latents; latent++)
        {
            var expected = all
                .Select(entry => Enumerable.Range(1, Length - 1).Select(position => (entry.Window, Position: position, Value: entry.Dense[(position * Latents) + latent])).MaxBy(place => place.Value))
                .Where(place => place.Value > 0)
                .OrderByDescending(place => place.Value).Take(3).ToArray();
            var found = examples.Of(latent);
            CollectionAssert.AreEqual(expected.Select(place => (place.Window, place.Position, place.Value)).ToArray(), found.Select(place => (place.Window, place.Position, place.Activation)).ToArray());
            foreach (var example in found)
            {
                var (start, end) = (Math.Max(0, example.Position - 4), Math.Min(Length, example.Position + 5));
                Assert.AreEqual(start, example.Start);
                var around = Enumerable.Range(start, end - start).Select(position => position == 0 ? 0 : all[example.Window].Dense[(position * Latents) + latent]);
                Assert.AreSequenceEqual(around.ToArray(), example.Activations.ToArray());
            }
        }
    }

    /// <summary>One window of three documents: a place in each, and no context from the next.</summary>
    [TestMethod]
    public void Of_ByDocument_TakesOneFromEachAndStaysInside()
    {
        var sae = TestSae.Relu([[1, 0]], [[1, 0]]);
        float[] values = [1, 5, 4, 3, 9, 8, 2, 7];
        long[] documents = [0, 0, 0, 1, 1, 1, 2, 2];
        var examples = new TopExamples(1, 5, 3, byDocument: true);
        examples.Add(0, new EvaluationWindow(new int[8], documents), [.. Enumerable.Range(0, 8)], sae.EncodeSparse([.. values.SelectMany(value => new[] { value, 0 })], 8));

        var found = examples.Of(0);

        Assert.AreSequenceEqual(new[] { 4, 7, 1 }, found.Select(example => example.Position).ToArray());
        Assert.AreSequenceEqual(new[] { 3f, 9, 8 }, found[0].Activations.ToArray());
        Assert.AreSequenceEqual(new[] { 2f, 7 }, found[1].Activations.ToArray());
        Assert.AreSequenceEqual(new[] { 1f, 5, 4 }, found[2].Activations.ToArray());
    }

    /// <summary>Tokens left out are neither places nor context.</summary>
    [TestMethod]
    public void Evaluate_LeavesExcludedTokensOutOfExamples()
    {
        var sae = TestSae.Relu([[1, 0]], [[1, 0]]);
        var model = new LinearModel([[50, 1], [1, 1], [2, 1], [3, 1]], [[1, 0], [0, 1], [1, 1], [0, 0]]);
        var options = new SaeEvaluationOptions { Examples = 2, ContextTokens = 2, Exclusion = new TokenExclusion(true, 10), CrossEntropyWindows = 0 };

        var examples = SaeEvaluator.Evaluate(sae, model, [new EvaluationWindow(new[] { 3, 1, 2, 0, 1 })], options).Examples!;

        var example = Assert.ContainsSingle(examples.Of(0));
        Assert.AreEqual(2, example.Position);
        Assert.AreSequenceEqual(new[] { 0f, 1, 2, 0, 1 }, example.Activations.ToArray());
    }
}
