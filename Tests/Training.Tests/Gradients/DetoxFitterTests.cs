using System.Numerics.Tensors;
using System.Text.Json;
using Steering.Analysis.Detoxification;
using Steering.Analysis.Harvest;
using Steering.Analysis.Statistics;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Export.Checkpoints;
using Steering.Models;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tokenizers;
using Steering.Training.Gradients;
using Steering.Training.Llama;
using Steering.Vectors;

namespace Steering.Tests.Training.Gradients;

/// <summary>The whole fit on the bundled model, against activations that the test reads itself from the steerable graph.</summary>
[TestClass]
public sealed class DetoxFitterTests
{
    private const string Id = "late";
    private static readonly DetoxOptions Options = new() { Features = 4, FalsePositives = 0.2, LargestClean = 1, Strength = 1, CostTexts = 4 };
    private static SiteHead? _head;
    private static ForwardPass? _pass;
    private static TextTokenizer? _tokenizer;
    private static SparseAutoencoder? _sae;
    private static DetoxFit? _fit;

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _sae = SaeFolder.Load(SandboxModel.LateSae());
        _head = SiteHead.Load(SandboxModel.Folder(), _sae.Site!);
        _pass = ForwardPass.Load(SandboxModel.Folder());
        _tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        _fit = Fit(Options);
    }

    [ClassCleanup]
    public static void Unload()
    {
        _head?.Dispose();
        _pass?.Dispose();
    }

    [TestMethod]
    public void RatesOfTheTokenTier_AreThoseOfTheGraph()
    {
        // Every threshold as the policy says it, on activations read through the sockets.
        var policy = Named("token");
        var gates = policy.Policy.Interventions.Select(intervention => (TokenGate)intervention.Gate).ToArray();
        var split = DetoxSplit.Of(Toxic(), Clean(), Options.FalsePositives, calibrates: true, Options.Seed);
        foreach (var (texts, ofTexts, ofTokens) in ((IReadOnlyList<ToxicityExample>, Rate, Rate)[])[(split.ToxicHeldOut, policy.Rates.ToxicTexts, policy.Rates.ToxicTokens), (split.CleanHeldOut, policy.Rates.CleanTexts, policy.Rates.CleanTokens)])
        {
            // Two graphs agree within 1e-5 of an activation, so what lies that near to a threshold may fall on either side.
            var (most, fewest) = (Opens(texts, gates, 1 - 1e-5f), Opens(texts, gates, 1 + 1e-5f));
            Assert.AreEqual(texts.Count, ofTexts.Total);
            Assert.IsInRange(fewest.Count(text => text.Any(open => open)), most.Count(text => text.Any(open => open)), ofTexts.Hits);
            Assert.AreEqual(most.Sum(text => text.Length), ofTokens.Total);
            Assert.IsInRange(fewest.Sum(text => text.Count(open => open)), most.Sum(text => text.Count(open => open)), ofTokens.Hits);
        }
    }

    [TestMethod]
    public void LatchedThreshold_OpensOnAtMostItsRateOfTheCalibrationTexts()
    {
        var gates = Named("latched").Policy.Interventions.Select(intervention => (PromptGate)intervention.Gate).ToArray();
        Assert.IsTrue(gates.All(gate => gate.Unit == StrengthUnit.Raw));
        var split = DetoxSplit.Of(Toxic(), Clean(), Options.FalsePositives, calibrates: true, Options.Seed);
        var opened = Rate.Of(Opens(split.CleanCalibration, gates, 1), text => text.Any(open => open));

        // n = 10 at 20 %: the ⌈11 · 0.8⌉ = 9th smallest, so at most one lies above.
        Assert.AreEqual(10, opened.Total);
        Assert.IsLessThanOrEqualTo(1, opened.Hits);
    }

    [TestMethod]
    public void Vectors_AreTheDifferenceOfMeans_AndStaAsLong()
    {
        var split = DetoxSplit.Of(Toxic(), Clean(), Options.FalsePositives, calibrates: true, Options.Seed);
        var mean = new DiffMean(_sae!.HiddenSize, TokenReduction.Mean, new TokenExclusion(FirstPosition: true, MassiveFactor: 0));
        foreach (var text in split.ToxicFit)
        {
            var ids = Ids(text);
            mean.AddPositive(_pass!.Run(ids).Residuals[_sae.Site!], ids.Length);
        }

        foreach (var text in split.CleanFit)
        {
            var ids = Ids(text);
            mean.AddNegative(_pass!.Run(ids).Residuals[_sae.Site!], ids.Length);
        }

        var expected = mean.Compute();
        var dense = _fit!.Vectors["diffmean.safetensors"].Vectors[0].Direction.Span;
        var sta = _fit.Vectors["sta.safetensors"].Vectors[0].Direction.Span;
        Assert.AreEqual(1, TensorPrimitives.CosineSimilarity(expected.Direction.Span, dense), 1e-5);
        Assert.AreEqual(expected.Norm, TensorPrimitives.Norm(dense), 1e-3 * expected.Norm);
        Assert.AreEqual(expected.Norm, TensorPrimitives.Norm(sta), 1e-3 * expected.Norm);
        Assert.AreEqual(TensorPrimitives.CosineSimilarity(dense, sta), _fit.StaCosine, 1e-5);
    }

    [TestMethod]
    public void Policies_SayTheirStrength_AndTheConstantTierActsAlways()
    {
        var constant = Named("constant");
        Assert.AreSequenceEqual(new[] { -1f }, ((AddOperator)constant.Policy.Interventions[0].Operator).Values.ToArray());
        Assert.AreEqual(constant.Rates.CleanTokens.Total, constant.Rates.CleanTokens.Hits);
        Assert.AreSequenceEqual(_fit!.Features.Select(feature => feature.Feature).ToArray(), ((FeatureTarget)constant.Policy.Interventions[0].Target).Features.ToArray());
        Assert.IsNull(Named("latched").PerplexityRise);
        Assert.IsNotNull(Named("token").PerplexityRise);
        Assert.IsInstanceOfType<AttenuateOperator>(Named("app").Policy.Interventions[0].Operator);
        Assert.AreEqual(0f, Assert.IsInstanceOfType<ClampWhereActiveOperator>(Named("clamp").Policy.Interventions[0].Operator).Values[0]);
    }

    [TestMethod]
    public void Budget_IsKeptByWhatIsAlwaysOn()
    {
        var fit = Fit(Options with { Strength = null, Perplexity = 0.05 });
        foreach (var name in (string[])["constant", "sta", "diffmean"])
        {
            var policy = fit.Policies.Single(policy => policy.Name == name);
            Assert.IsGreaterThan(0, policy.Strength);
            Assert.IsLessThanOrEqualTo(0.05, policy.PerplexityRise!.Value);
        }
    }

    [TestMethod]
    public void WhatIsWritten_IsReadBackAndCompiles_WithEitherGate()
    {
        foreach (var fit in (DetoxFit[])[_fit!, Fit(Options with { Gate = DetoxGateKind.Probe })])
        {
            using var folder = new TemporaryFolder();
            fit.Save(folder["made"]);
            var compiler = new PolicyCompiler(_pass!.Manifest!, new SteeringResources().AddSae(Id, _sae!));
            foreach (var policy in fit.Policies)
            {
                var read = SteeringPolicy.Load(Path.Combine(folder["made"], policy.Name + ".json"));
                Assert.AreEqual(policy.Policy with { Folder = read.Folder }, read);
                Assert.IsNotEmpty(compiler.Compile(read).Sites);
            }

            using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["made"], DetoxFit.FileName)));
            Assert.AreEqual(7, summary.RootElement.GetProperty("policies").GetArrayLength());
            Assert.AreEqual(fit.Policies[1].Rates.CleanTexts.Hits, summary.RootElement.GetProperty("policies")[1].GetProperty("cleanTexts").GetProperty("hits").GetInt32());
            Refusal.Of(() => fit.Save(folder["made"]), "not empty");
        }
    }

    [TestMethod]
    public void GateOnThePrompt_ReadsTheContextWhereThereIsOne()
    {
        var tokens = _tokenizer!.Encode("You fool.").Length;
        var sequence = DetoxSequence.Of(new ToxicityExample(" Yes.", "You fool."), _tokenizer, window: 64);
        Assert.AreEqual((tokens, tokens), (sequence.TextFrom, sequence.PromptEnd));
        var alone = DetoxSequence.Of(new ToxicityExample("You fool."), _tokenizer, window: 64);
        Assert.AreEqual((1, alone.Ids.Length), (alone.TextFrom, alone.PromptEnd));
        Refusal.Of(() => DetoxSequence.Of(new ToxicityExample(" Yes.", "You fool."), _tokenizer!, window: tokens), "nothing of it is left");
    }

    [TestMethod]
    public void LearnedDials_MakeCleanTextsOfTheGraphLikelier_ThatTheyWereNotLearnedOn()
    {
        Assert.IsFalse(_fit!.Policies.Any(policy => policy.Name == "learned"));
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var told = new List<string>();
        var options = Options with { Dials = Options.Dials with { Dials = 8, Iterations = 40, LearningRate = 0.05 } };
        var fit = new DetoxFitter(_head!, _pass!, _tokenizer!, _sae!, Id, options, new DialTrainer(model, 5, _sae!)).Fit(Toxic(), Clean(), progress: new Told(told));
        var learned = fit.Policies[^1];
        Assert.AreEqual("learned", learned.Name);
        Assert.AreEqual(4, told.Count(value => value.StartsWith("learning what to say, step ", StringComparison.Ordinal)));
        Assert.Contains("learning what to say, step 40 of 40", told);
        Assert.IsInRange(1, 8, learned.Policy.Interventions.Count);
        Assert.IsLessThan(-0.02, learned.PerplexityRise!.Value);
        Assert.AreEqual(learned.Rates.CleanTexts.Total, learned.Rates.CleanTexts.Hits);
    }

    [TestMethod]
    public void LearnedDials_ThatAvoid_MakeToxicWordsLessLikely_InTextsThatTheyWereNotLearnedOn()
    {
        using var checkpoint = Checkpoint.Open(SandboxModel.Bundle.CheckpointFolder);
        using var model = LlamaModel.Load(checkpoint);
        var options = Options with { Lessons = DetoxLessonKind.Avoid, Dials = Options.Dials with { Dials = 16, Iterations = 60, LearningRate = 0.05 } };
        var fit = new DetoxFitter(_head!, _pass!, _tokenizer!, _sae!, Id, options, new DialTrainer(model, 5, _sae!)).Fit(Toxic(), Clean());
        var averse = fit.Policies[^1];
        Assert.AreEqual("averse", averse.Name);
        Assert.IsFalse(fit.Policies.Any(policy => policy.Name == "learned"));
        Assert.IsLessThan(0.05, averse.PerplexityRise!.Value);

        var split = DetoxSplit.Of(Toxic(), Clean(), options.FalsePositives, calibrates: true, options.Seed);
        DetoxSequence[] Sequences(IReadOnlyList<ToxicityExample> texts) => [.. texts.Select(text => DetoxSequence.Of(text, _tokenizer!, options.Window))];
        var words = new ToxicTokens(Sequences(split.ToxicFit), Sequences(split.CleanFit));
        var compiled = new PolicyCompiler(_pass!.Manifest!, new SteeringResources().AddSae(Id, _sae!)).Compile(averse.Policy);
        var (before, after) = (0.0, 0.0);
        foreach (var sequence in Sequences(split.ToxicHeldOut))
        {
            var (unsteered, steered) = (_pass.Run(sequence.Ids), _pass.Run(sequence.Ids, compiled));
            foreach (var place in Enumerable.Range(sequence.TextFrom, sequence.Ids.Length - sequence.TextFrom).Where(place => words.Contains(sequence.Ids[place])))
            {
                before += Math.Exp(-unsteered.LossAt(place - 1, sequence.Ids[place]));
                after += Math.Exp(-steered.LossAt(place - 1, sequence.Ids[place]));
            }
        }

        Assert.IsLessThan(0.9 * before, after);
    }

    [TestMethod]
    public void ToxicTokens_AreThoseThatTellTheTextsApart()
    {
        DetoxSequence[] Texts(int common, int own) => [.. Enumerable.Range(0, 40).Select(text => new DetoxSequence([0, common, own, text < 2 ? own + 100 : common], 0))];
        var tokens = new ToxicTokens(Texts(1, 2), Texts(1, 3));
        Assert.IsTrue(tokens.Contains(2));
        Assert.IsFalse(tokens.Contains(1), "in both alike");
        Assert.IsFalse(tokens.Contains(3), "of the clean texts");
        Assert.IsFalse(tokens.Contains(102), "twice is chance");
        Assert.IsFalse(tokens.Contains(0), "a sequence's first token says nothing");
        Assert.AreEqual(1, tokens.Count);
        Refusal.Of(() => _ = new ToxicTokens(Texts(1, 2), Texts(1, 2)), "No token is 3 times as frequent in 40 toxic texts as in 40 clean ones");
    }

    [TestMethod]
    public void BadInput_IsRefusedInASentence()
    {
        Refusal.Of(() => Fit(Options with { Threshold = -1e6f, Gate = DetoxGateKind.Probe }), "would open the gate on", "of the clean");
        Refusal.Of(() => Fit(Options with { FalsePositives = 0.01 }), "too few for a false-positive rate of 0.01");
    }

    private static DetoxPolicy Named(string name) => _fit!.Policies.Single(policy => policy.Name == name);

    private static DetoxFit Fit(DetoxOptions options) => Fit(options, Toxic(), Clean());

    private static DetoxFit Fit(DetoxOptions options, ToxicityExample[] toxic, ToxicityExample[] clean) =>
        new DetoxFitter(_head!, _pass!, _tokenizer!, _sae!, Id, options).Fit(toxic, clean);

    private static int[] Ids(ToxicityExample text) => _tokenizer!.Encode(text.Text, addSpecialTokens: true);

    private static bool[][] Opens(IReadOnlyList<ToxicityExample> texts, IReadOnlyList<ActivationGate> gates, float factor)
    {
        var watch = new PolicyCompiler(_pass!.Manifest!, new SteeringResources().AddSae(Id, _sae!)).Compile([], [.. gates.Select(gate => gate.Target)]);
        var rows = watch.Sites[0].RowCount;
        return
        [
            .. texts.Select(text =>
            {
                var ids = Ids(text);
                var activations = _pass.Run(ids, watch).Activations[_sae!.Site!];
                return Enumerable.Range(1, ids.Length - 1).Select(position => gates.Index().Any(gate => activations[(position * rows) + watch.Watches[gate.Index].Row.Row] > factor * gate.Item.Threshold)).ToArray();
            }),
        ];
    }

    private static ToxicityExample[] Toxic() => Texts(["You fool.", "Shut up, you clown.", "That is a stupid question, you fool."], 30);

    private static ToxicityExample[] Clean() => Texts(["Hello there, my friend.", "That is a lovely question.", "I am glad to help you."], 40);

    private static ToxicityExample[] Texts(string[] starts, int count)
    {
        string[] ends = ["A guitar has six strings.", "Do you like soup?", "The river is long.", "It rains today.", "What is two plus two?"];
        return [.. Enumerable.Range(0, count).Select(i => new ToxicityExample($"{starts[i % starts.Length]} {ends[i * 7 % ends.Length]} {ends[i * 3 % 5]}"))];
    }

    private sealed class Told(List<string> values) : IProgress<string>
    {
        public void Report(string value) => values.Add(value);
    }
}
