using Steering.Analysis.Behaviours;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Behaviours;

/// <summary>Planted behaviours: components of a residual stream that are read off by an identity autoencoder.</summary>
[TestClass]
public sealed class BehaviourFitterTests
{
    private const int Width = 12;

    [TestMethod]
    public void PlantedDirections_AreFound_AndControlsAreNot()
    {
        var (traces, steps, labels) = Planted(signal: 4);
        var options = new BehaviourFitOptions { HeldOut = 0.4, Resamples = 200, Draws = 10, Words = StepWords.Parse(["reflection=wait"]) };
        var fit = new BehaviourFitter(traces, steps, labels, ReasoningSamples.Identity(Width), options).Fit();

        Assert.AreSequenceEqual(["reflection", "backtracking", "other"], fit.Behaviours.Select(behaviour => behaviour.Name).ToArray());
        var reflection = fit.Behaviours[0];
        Assert.AreEqual(2, reflection.Latents[0], "Component 2 is planted.");
        Assert.AreEqual(1.0, Math.Sqrt(reflection.Vector!.Sum(value => (double)value * value)), 1e-6);
        Assert.IsGreaterThan(reflection.Sign!.MeanWithout, reflection.Sign.MeanWith);
        Assert.IsTrue(reflection.Sign.GainRaises);
        Assert.AreEqual(steps.Steps.Count, fit.TrainingSteps + fit.HeldOutSteps);

        var scores = fit.Detections[0].Scores.ToDictionary(score => score.Method, StringComparer.Ordinal);
        Assert.IsGreaterThan(0.9, scores["behaviour vector"].Area!.Value);
        Assert.IsGreaterThan(0.9, scores["DiffMean"].Area!.Value);
        Assert.IsLessThan(scores["behaviour vector"].Interval!.Value.Low, scores["random direction"].Area!.Value);
        Assert.IsLessThan(scores["behaviour vector"].Interval!.Value.Low, scores["shuffled labels"].Area!.Value);
        Assert.AreEqual(1, scores["word list"].Area!.Value, "Every reflection begins with its word.");
        Assert.IsFalse(fit.Detections[1].Scores.Any(score => score.Method == "word list"), "There is no list for backtracking.");
        Assert.IsGreaterThan(0, fit.Map.Count);
    }

    [TestMethod]
    public void SameSeed_GivesTheSameNumbers()
    {
        var (traces, steps, labels) = Planted(signal: 1);
        BehaviourFit Fit() => new BehaviourFitter(traces, steps, labels, ReasoningSamples.Identity(Width), new BehaviourFitOptions { Resamples = 100, Draws = 3 }).Fit();
        Assert.AreSequenceEqual(
            Fit().Detections.SelectMany(detection => detection.Scores).Select(score => score.ToString()).ToArray(),
            Fit().Detections.SelectMany(detection => detection.Scores).Select(score => score.ToString()).ToArray());
    }

    /// <summary>The trap in the formula of RISE (arXiv 2512.23988): where w·h is negative, a gain above 1 pushes along −w.</summary>
    [TestMethod]
    [DataRow(new double[] { 3, 5, 1, 1 }, true)]
    [DataRow(new double[] { -1, -1, -5, -5 }, false)]
    public void ProjectionSign_SaysWhichWayAGainGoes(double[] products, bool raises)
    {
        var sign = ProjectionSign.Of(products, [true, true, false, false]);
        Assert.AreEqual(raises, sign.GainRaises);
        Assert.AreEqual(products.Average(), sign.Mean, 1e-12);
        Assert.AreEqual(raises ? 1.0 : 0.0, sign.PositiveShare);
        Assert.IsGreaterThan(0, sign.Gap);
    }

    [TestMethod]
    public void AnAutoencoderOfAnotherWidth_IsRefused()
    {
        var (traces, steps, labels) = Planted(signal: 1);
        Refusal.Of(() => _ = new BehaviourFitter(traces, steps, labels, ReasoningSamples.Identity(3)), "3 components");
    }

    private static (IReadOnlyList<CutTrace> Traces, StepActivations Steps, StepLabels Labels) Planted(float signal)
    {
        var tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        string[] sentences = ["Wait, is that so?", "Another way: count again.", "Three and four are seven."];
        var traces = Enumerable.Range(0, 30).Select(trace =>
            CutTrace.Of(new ReasoningTrace(string.Concat(Enumerable.Range(0, 6).Select(step => sentences[(trace + step) % 3] + "\n\n")), null, $"trace {trace}"), tokenizer, 400)).ToArray();
        var words = StepWords.Parse(["reflection=wait", "backtracking=another way"]);
        var labels = StepLabels.Of(traces, (trace, step) => words.LabelsOf(trace.Text(step)));
        var random = new Random(4);
        var (rows, steps) = (new List<float>(), new List<(int, int)>());
        for (var trace = 0; trace < traces.Length; trace++)
        {
            Assert.HasCount(6, traces[trace].Ends);
            for (var step = 0; step < 6; step++)
            {
                steps.Add((trace, step));
                var kind = (trace + step) % 3;
                rows.AddRange(Enumerable.Range(0, Width).Select(component => (float)random.NextDouble() + (kind < 2 && component == (kind == 0 ? 2 : 7) ? signal : 0)));
            }
        }

        return (traces, new StepActivations("resid_post.0", Width, [.. rows], steps, 0), labels);
    }
}
