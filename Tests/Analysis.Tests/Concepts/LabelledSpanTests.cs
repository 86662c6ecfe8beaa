using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Concepts;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Concepts;

/// <summary>Labels of spans and of reasoning steps, from the file to observations.</summary>
[TestClass]
public sealed class LabelledSpanTests
{
    private const string Story = "The dog ran home. It rained on the little house all day.";

    [TestMethod]
    public void Spans_AreCountedInCharacters_NotInUtf16()
    {
        var text = Read("""{"text": "😀 a dog 😀 ran", "spans": [{"start": 4, "end": 7, "label": "animal|pet"}, {"start": 8, "end": 9, "label": "face"}]}""").Single();
        Assert.AreEqual(LabelScope.Span, text.Scope);
        Assert.AreEqual("dog", text.Text[text.Spans[0].Start..text.Spans[0].End]);
        Assert.AreEqual("😀", text.Text[text.Spans[1].Start..text.Spans[1].End]);
        Assert.AreSequenceEqual(new[] { "animal", "pet", "face" }, text.Labels.ToArray());
    }

    [TestMethod]
    public void Steps_AreThoseBetweenBlankLines()
    {
        var text = Read("""{"text": "First.\n\nSecond,\nstill.\n \n\nThird.", "steps": ["a", null, "b"]}""").Single();
        Assert.AreEqual(LabelScope.Step, text.Scope);
        Assert.AreSequenceEqual(new[] { "First.\n\n", "Second,\nstill.\n \n", "Third." }, text.Spans.Select(span => text.Text[span.Start..span.End]).ToArray());
        Assert.AreSequenceEqual(new[] { 1, 0, 1 }, text.Spans.Select(span => span.Labels.Count).ToArray());
        Assert.IsEmpty(ReasoningSteps.Of(" \n\n "));
    }

    [TestMethod]
    [DataRow("""{"text": "abc", "spans": [{"start": 0, "end": 4, "label": "a"}]}""", "character 0 to 4, and the text has 3")]
    [DataRow("""{"text": "abc", "spans": [{"start": 2, "end": 2, "label": "a"}]}""", "ends behind its start")]
    [DataRow("""{"text": "abc", "spans": [{"start": -1, "end": 2, "label": "a"}]}""", "starts at 0 or later")]
    [DataRow("""{"text": "abc", "spans": [{"start": 0.5, "end": 2, "label": "a"}]}""", "no whole number \"start\"")]
    [DataRow("""{"text": "abc", "spans": [{"start": 0, "end": 2}]}""", "spans[0] has no label")]
    [DataRow("""{"text": "abc", "steps": ["a", "b"]}""", "2 labels, and the text has 1 steps")]
    [DataRow("""{"text": "abc", "label": "a", "spans": []}""", "label and spans")]
    [DataRow("""{"text": "abc", "label": 3.5}""", "holds no labels")]
    [DataRow("""{"text": "abc", "label": " | "}""", "no label in 'label'")]
    [DataRow("""{"text": "abc"}""", "no field 'label'")]
    [DataRow("""{"txt": "abc", "label": "a"}""", "no field 'text'")]
    [DataRow("""[1]""", "an object")]
    public void BadLines_AreRefusedWithTheirPlace(string line, string part) => Refusal.Of(() => Read(line), "t.jsonl, line 1", part);

    [TestMethod]
    public void SpanOfTheWholeText_MeasuresWhatALabelOfTheTextDoes()
    {
        string[] texts = ["The dog ran to the park.", "A big dog sat in the sun.", "The rain fell on the house.", "It was a cold day with rain."];
        foreach (var pooling in (ConceptPooling[])[ConceptPooling.Maximum, ConceptPooling.Mean, ConceptPooling.Last, ConceptPooling.Token])
        {
            var whole = Fit([.. texts.Select((text, index) => $$"""{"text": "{{text}}", "label": "{{(index < 2 ? "dog" : "rain")}}"}""")], pooling);
            var spans = Fit([.. texts.Select((text, index) => $$"""{"text": "{{text}}", "spans": [{"start": 0, "end": {{text.Length}}, "label": "{{(index < 2 ? "dog" : "rain")}}"}]}""")], pooling);
            Equal(whole, spans);
        }
    }

    /// <summary>Token by token, against the encoder run by hand over the tokens whose text lies in the span.</summary>
    [TestMethod]
    public void TokensOfASpan_AreItsObservations_AndTheOthersThoseOutside()
    {
        var start = Story.IndexOf("rained on the", StringComparison.Ordinal);
        var end = start + "rained on the".Length;
        var line = $$"""{"text": "{{Story}}", "spans": [{"start": {{start}}, "end": {{end}}, "label": "weather"}, {"start": {{start}}, "end": {{end}}, "label": "verb"}]}""";
        var measured = Fit([line], ConceptPooling.Token, outside: "other");

        var tokenizer = TextTokenizer.Load(TestModels.Sandbox());
        var ids = tokenizer.Encode(Story, addSpecialTokens: true);
        var bare = tokenizer.Encode(Story);
        var pieces = TokenPieces.Of(tokenizer, bare);
        var first = ids.Length - bare.Length;
        var (at, inside) = (0, new bool[ids.Length]);
        for (var token = first; token < ids.Length; token++)
        {
            inside[token] = at + pieces[token - first].Length > start && at < end;
            at += pieces[token - first].Length;
        }

        Assert.AreEqual(Story.Length, at);
        using var head = SiteHead.Load(TestModels.Sandbox(), "resid_post.4");
        var residual = new float[ids.Length * head.HiddenSize];
        head.Run(ids, 1, ids.Length, residual);
        var sae = Sae();
        var activations = sae.EncodeSparse(residual, ids.Length);
        var weather = measured.IndexOf("weather");
        var other = measured.IndexOf("other");
        Assert.AreEqual(inside.Count(value => value), measured.Concepts[weather].Observations);
        Assert.AreEqual(inside.Skip(1).Count(value => !value), measured.Concepts[other].Observations);
        for (var latent = 0; latent < sae.LatentCount; latent++)
        {
            double Mean(bool wanted) => Enumerable.Range(1, ids.Length - 1).Where(token => inside[token] == wanted).Average(token => activations.Indices(token).BinarySearch(latent) is >= 0 and var place ? activations.Values(token)[place] : 0);
            Assert.AreEqual(Mean(true), measured.Mean(latent, weather), 1e-5);
            Assert.AreEqual(measured.Mean(latent, weather), measured.Mean(latent, measured.IndexOf("verb")));
            Assert.AreEqual(Mean(false), measured.Mean(latent, other), 1e-5);
        }
    }

    [TestMethod]
    public void Steps_PooledByStep_TakeTheLastTokenOfEachUnderItsOwnLabel()
    {
        const string Text = "The dog ran home.\\n\\nIt rained all day.\\n\\nThe dog slept.\\n\\nIt rained again.";
        var steps = Fit([$$"""{"text": "{{Text}}", "steps": ["dog", "rain", "dog", "rain"]}"""], ConceptPooling.Step);
        Assert.AreEqual(2, steps.Concepts[0].Observations);
        Assert.AreEqual(2, steps.Concepts[1].Observations);
        Equal(steps, Fit([$$"""{"text": "{{Text}}", "steps": ["dog", "rain", "dog", "rain"]}"""], ConceptPooling.Last));

        // Without labels of their own every step counts under the text's.
        var whole = Fit([$$"""{"text": "{{Text}}", "label": "all"}""", """{"text": "One.\n\nTwo.", "label": "none"}"""], ConceptPooling.Step);
        for (var latent = 0; latent < steps.LatentCount; latent++)
        {
            Assert.AreEqual(steps.Active(latent, 0) + steps.Active(latent, 1), whole.Active(latent, 0));
        }
    }

    [TestMethod]
    public void SpansThatGiveNothing_AreCounted()
    {
        var fitter = Fitter(ConceptPooling.Maximum, outside: "other", window: 8);
        var end = Story.Length;
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.jsonl"], $$"""{"text": "{{Story}}", "spans": [{"start": 8, "end": 11, "label": "a"}, {"start": {{end - 4}}, "end": {{end}}, "label": "a"}]}""" + "\n" + $$"""{"text": "{{Story}}", "spans": [{"start": 8, "end": 11, "label": "a"}]}""");
        fitter.Fit(new LabelledCorpus([folder["t.jsonl"]]), ConceptCase.Origin);
        Assert.AreEqual(1, fitter.SpansLost);
    }

    [TestMethod]
    public void WhatDoesNotGoTogether_IsRefused()
    {
        const string Span = """{"text": "The dog ran.", "spans": [{"start": 4, "end": 7, "label": "a"}]}""";
        Refusal.Of(() => Fit([Span, Span], ConceptPooling.Step, "b"), "labels spans", "by step");
        Refusal.Of(() => Fit(["""{"text": "The dog ran.", "label": "a"}"""], ConceptPooling.Token, "b"), "'b' is for tokens outside", "as a whole");
    }

    [TestMethod]
    public void ShuffledLabels_AreTheSameLabelsInAnotherOrder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["t.jsonl"], Enumerable.Range(0, 40).Select(index => $$"""{"text": "text {{index}}", "label": "{{(index < 10 ? "a" : "b")}}"}"""));
        var corpus = new LabelledCorpus([folder["t.jsonl"]]);
        string[] Labels(LabelledCorpus texts) => [.. texts.Read().Select(text => text.Labels.Single())];
        var shuffled = Labels(corpus.WithShuffledLabels(1));
        Assert.AreSequenceEqual(corpus.Read().Select(text => text.Text).ToArray(), corpus.WithShuffledLabels(1).Read().Select(text => text.Text).ToArray());
        Assert.AreEqual(10, shuffled.Count(label => label == "a"));
        Assert.AreNotEqual(string.Concat(Labels(corpus)), string.Concat(shuffled));
        Assert.AreSequenceEqual(shuffled, Labels(corpus.WithShuffledLabels(1)));
        Assert.AreNotEqual(string.Concat(Labels(corpus.WithShuffledLabels(2))), string.Concat(shuffled));
    }

    private static void Equal(ConceptStatistics expected, ConceptStatistics actual)
    {
        for (var latent = 0; latent < expected.LatentCount; latent++)
        {
            for (var concept = 0; concept < expected.ConceptCount; concept++)
            {
                Assert.AreEqual(expected.Active(latent, concept), actual.Active(latent, concept));
                Assert.AreEqual(expected.Mean(latent, concept), actual.Mean(latent, concept), 1e-9);
            }
        }
    }

    private static List<LabelledText> Read(string line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["t.jsonl"], line);
        return [.. new LabelledCorpus([folder["t.jsonl"]]).Read()];
    }

    private static ConceptStatistics Fit(string[] lines, ConceptPooling pooling, string? outside = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["t.jsonl"], lines);
        return Fitter(pooling, outside).Fit(new LabelledCorpus([folder["t.jsonl"]]), ConceptCase.Origin);
    }

    private static ConceptFitter Fitter(ConceptPooling pooling, string? outside, int window = 256) => new(
        new Harvester(SiteHead.Load(TestModels.Sandbox(), "resid_post.4")),
        TextTokenizer.Load(TestModels.Sandbox()),
        Sae(),
        new ConceptFitOptions { Pooling = pooling, Outside = outside, MaximumTokens = window });

    private static SparseAutoencoder Sae() => SaeFolder.Load(SandboxModel.LateSae());
}
