using System.Numerics.Tensors;
using Steering.Chat.Toxicity;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class ToxicityProbeTests
{
    private static readonly ToxicityExample[] Toxic = [new("Go away now"), new("You fool, ~you"), new("~ What ~ nonsense", "<|im_start|>assistant\n")];
    private static readonly ToxicityExample[] Clean = [new("Good morning ~to you"), new("What a day it is"), new("kind", "~Be ")];

    /// <summary>A model parks a residual two thousand times as large on one token. The probe is 0 and 1 at the means over the other tokens, as computed here.</summary>
    [TestMethod]
    public void MassiveActivations_AndFirstPositions_TakeNoPart()
    {
        var probe = ToxicityProbe.Fit(TinyModel.Massive, TinyModel.Site, Toxic, Clean);
        using var pass = ForwardPass.Load(TinyModel.Massive);
        var tokenizer = TinyModel.Engine.Model.Tokenizer;
        var direction = ((DirectionTarget)probe.Target).Values.ToArray();
        Assert.AreEqual(0, Mean(Clean), 1e-3);
        Assert.AreEqual(1, Mean(Toxic), 1e-3);

        double Mean(ToxicityExample[] examples) => examples.Average(example =>
        {
            var context = tokenizer.Encode(example.Context);
            int[] ids = [.. context, .. tokenizer.Encode(example.Text)];
            var residuals = pass.Run(ids).Residuals[TinyModel.Site];
            var from = Math.Max(1, context.Length - 1);
            return Enumerable.Range(from, ids.Length - from).Where(position => ids[position] != TinyModel.MassiveToken)
                .Average(position => TensorPrimitives.Dot(residuals.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize), direction)) + probe.Bias;
        });
    }

    [TestMethod]
    public void ATextThatCannotBeUsed_IsNamed()
    {
        var longText = new ToxicityExample(string.Concat(Enumerable.Repeat("once upon a time ", 100)));
        Refusal.Of(() => Fit([Toxic[0], new("")], Clean), "toxic text 1, ''", "fewer than two tokens");
        Refusal.Of(() => Fit(Toxic, [Clean[0], Clean[1], longText]), "clean text 2, 'once upon a time once upon a time once upon a time once upon…'", "1 to 1024");
        Refusal.Of(() => Fit([new("~", "Hello there~")], Clean, TinyModel.Massive), "toxic text 0, '~'", "Leave it out");
        Refusal.Of(() => ToxicityProbe.Fit(TinyModel.Folder, "resid_post.7", Toxic, Clean), "resid_post.7", TinyModel.Site);
        var scorer = new ToxicityScorer(FilterTestModel.Engine, [FilterTestModel.Probe(0)]);
        Refusal.Of(() => scorer.Calibrate([Clean[0], new("")], 0.5), "clean text 1, ''");
        Refusal.Of(() => scorer.AlarmRate([new("")]), "text 0, ''");

        static void Fit(ToxicityExample[] toxic, ToxicityExample[] clean, string? folder = null) => ToxicityProbe.Fit(folder ?? TinyModel.Folder, TinyModel.Site, toxic, clean);
    }

    [TestMethod]
    public void Fit_SaysHowFarItIs_AndStops()
    {
        var told = new List<int>();
        ToxicityProbe.Fit(TinyModel.Folder, TinyModel.Site, Toxic, Clean, new Told(told.Add));
        Assert.AreSequenceEqual(Enumerable.Range(0, Toxic.Length + Clean.Length + 1), told);
        using var source = new CancellationTokenSource();
        told.Clear();
        Assert.ThrowsExactly<OperationCanceledException>(() => ToxicityProbe.Fit(TinyModel.Folder, TinyModel.Site, Toxic, Clean, new Told(done =>
        {
            told.Add(done);
            if (done == 2)
            {
                source.Cancel();
            }
        }), source.Token));
        Assert.AreSequenceEqual([0, 1, 2], told);
    }

    private sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
