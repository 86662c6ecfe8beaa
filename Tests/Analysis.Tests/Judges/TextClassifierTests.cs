using Steering.Analysis.Judges;
using Steering.Analysis.Statistics;

namespace Steering.Tests.Analysis.Judges;

[TestClass]
public sealed class TextClassifierTests
{
    private static readonly string[] Rude = ["fool", "idiot", "dolt", "shut up", "nobody asked you"];
    private static readonly string[] Kind = ["friend", "thank you", "please", "good morning", "how lovely"];

    [TestMethod]
    public async Task LabelledWords_AreLearned_AndTheFileSaysTheSame()
    {
        using var folder = new TemporaryFolder();
        var classifier = TextClassifierTrainer.Train(Texts(600, seed: 1));
        Assert.IsGreaterThan(0.99, classifier.Quality.Auroc);
        Assert.AreEqual(600, classifier.Quality.Trained + classifier.Quality.HeldOut);
        classifier.Save(folder["judge.safetensors"]);
        var read = TextClassifier.Load(folder["judge.safetensors"]);
        Assert.AreEqual(classifier.Quality, read.Quality);
        foreach (var text in Texts(50, seed: 2))
        {
            Assert.AreEqual(classifier.Score(text.Text), read.Score(text.Text));
            var judge = new ClassifierJudge("rude", read);
            Assert.AreEqual(text.HasLabel, (await judge.JudgeAsync(new JudgedReply("", text.Text))).Score >= judge.Threshold);
        }

        Assert.IsTrue(double.IsFinite(read.Score("")));
        Assert.AreEqual(TextClassifierTrainer.Train(Texts(600, seed: 1)).Score("you fool"), classifier.Score("you fool"), "the same texts give the same classifier");
    }

    /// <summary>Labels drawn without looking at the text: held-out texts cannot be told apart. The standard error at 200 held-out texts is 0.04.</summary>
    [TestMethod]
    public void ShuffledLabels_GiveChance()
    {
        var random = new Random(3);
        var texts = Texts(1000, seed: 4).Select(text => text with { HasLabel = random.Next(2) == 0 }).ToArray();
        Assert.AreEqual(0.5, TextClassifierTrainer.Train(texts).Quality.Auroc, 0.16);
    }

    [TestMethod]
    public void Auroc_IsTheShareOfPairs()
    {
        Assert.AreEqual(1, RocArea.Of([3, 4], [1, 2]));
        Assert.AreEqual(0, RocArea.Of([1], [2, 3]));
        Assert.AreEqual(0.5, RocArea.Of([1, 1], [1, 1, 1]));
        var random = new Random(1);
        double[] positive = [.. Enumerable.Range(0, 50).Select(_ => (double)random.Next(12))];
        double[] negative = [.. Enumerable.Range(0, 40).Select(_ => (double)random.Next(10))];
        var pairs = positive.SelectMany(_ => negative, (left, right) => left > right ? 1 : left == right ? 0.5 : 0).Average();
        Assert.AreEqual(pairs, RocArea.Of(positive, negative), 1e-12);
    }

    [TestMethod]
    public void WhatCannotBeLearnedOrRead_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => TextClassifierTrainer.Train([.. Texts(600, seed: 1).Where(text => text.HasLabel)]), "0 without");
        Refusal.Of(() => TextClassifierTrainer.Train([]), "0 texts with the label");
        Steering.Tensors.SafetensorsWriter.Write(folder["other.safetensors"], [Steering.Tensors.TensorData.FromFloat32("x", [1], new float[] { 1 })], new Dictionary<string, string>(StringComparer.Ordinal));
        Refusal.Of(() => TextClassifier.Load(folder["other.safetensors"]), "not a text classifier");
        Write("version", "2", 1 << 18, 0);
        Refusal.Of(() => TextClassifier.Load(folder["x.safetensors"]), "version '2'");
        Write("version", "1", 7, 0);
        Refusal.Of(() => TextClassifier.Load(folder["x.safetensors"]), "'weights'", "damaged");
        Write("version", "1", 1 << 18, float.NaN);
        Refusal.Of(() => TextClassifier.Load(folder["x.safetensors"]), "not finite");
        Refusal.Of(() => TextClassifierTrainer.Train(Texts(600, 1)).Save(folder["judge.bin"]), ".safetensors");

        void Write(string key, string value, int length, float first)
        {
            var weights = new float[length];
            weights[0] = first;
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "steering.judge.classifier", [key] = value, ["auroc"] = "0.9", ["trained"] = "1", ["held_out"] = "1" };
            Steering.Tensors.SafetensorsWriter.Write(folder["x.safetensors"], [Steering.Tensors.TensorData.FromFloat32("weights", [length], weights), Steering.Tensors.TensorData.FromFloat32("bias", [1], new float[1])], metadata);
        }
    }

    [TestMethod]
    public void Files_AreReadByColumn_AndUnknownLabelsRefused()
    {
        using var folder = new TemporaryFolder();
        string File(string name, string text) => folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));
        ClassifierExample[] expected = [new("a, \"b\"", true), new("c", false)];
        Assert.AreSequenceEqual(expected, LabelledTextFile.Read(File("a.csv", "label,text\n1,\"a, \"\"b\"\"\"\n0,c\n")));
        Assert.AreSequenceEqual(expected, LabelledTextFile.Read(File("b.csv", "\"a, \"\"b\"\"\",1\nc,0\n"), "0", "1"));
        Assert.AreSequenceEqual(expected, LabelledTextFile.Read(File("c.jsonl", "{\"t\":\"a, \\\"b\\\"\",\"l\":\"rude\"}\n{\"t\":\"c\",\"l\":\"kind\"}\n"), "t", "l", ["rude"]));
        Refusal.Of(() => LabelledTextFile.Read(folder["a.csv"], "body"), "no column 'body'", "label, text");
        Refusal.Of(() => LabelledTextFile.Read(folder["c.jsonl"], "t", "l"), "'rude'", "--positive");
        Refusal.Of(() => LabelledTextFile.Read(folder["c.jsonl"], "t", "l", ["rood"]), "no text has the label 'rood'", "kind, rude");
        Refusal.Of(() => LabelledTextFile.Read(File("d.csv", "text,label\na\n")), "1 fields");
        Refusal.Of(() => LabelledTextFile.Read(File("e.txt", "a")), ".csv, .tsv and .jsonl");
    }

    private static ClassifierExample[] Texts(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var rude = index % 2 == 0;
            var words = rude ? Rude : Kind;
            return new ClassifierExample($"The {random.Next(10_000)} things: {words[random.Next(words.Length)]}, it is {random.Next(10_000)} and {words[random.Next(words.Length)]}.", rude);
        })];
    }
}
