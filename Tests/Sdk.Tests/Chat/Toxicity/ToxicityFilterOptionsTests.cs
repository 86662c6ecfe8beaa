using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Steering.Chat.Toxicity;
using Steering.Policies;

namespace Steering.Tests.Sdk.Chat.Toxicity;

[TestClass]
public sealed class ToxicityFilterOptionsTests
{
    [TestMethod]
    public void WrongOptions_AreRefusedByName()
    {
        Refused(options => options.Watches.Clear(), "Watches", "at least one");
        Refused(options => options.Watches[0] = FilterTestModel.Probe(float.NaN), "Watches[0].On", "calibrate");
        Refused(options => options.Watches[0] = FilterTestModel.Probe(1, off: 2), "Watches[0].Off", "at most On");
        Refused(options => options.Watches[0] = new ToxicityWatch(Feature.Of(1)) { On = -1 }, "alarm on every token");
        Refused(options => options.Watches[0] = FilterTestModel.Probe(1) with { Unit = StrengthUnit.MaxActivation }, "Watches[0].Unit");
        Refused(options => options.HoldBack = -1, "HoldBack is -1");
        Refused(options => options.QuietTokens = 0, "QuietTokens is 0");
        Refused(options => options.MaxRewinds = 0, "MaxRewinds is 0");
        Refused(options => options.Action = (ToxicityFilterAction)9, "Action is 9");
        Refused(options => options.LargestFalseAlarmRate = 1, "LargestFalseAlarmRate is 1");
        Refused(options => options.Policy = "strong", "Policy is 'strong'", "Stop");
        Refused(options => options.Action = ToxicityFilterAction.Rewind, "Policy is empty");
        Refused(options => (options.Action, options.Policy) = (ToxicityFilterAction.Rewind, "strnog"), "no policy 'strnog'", "strong");
        Refused(options => options.Watches[0] = new ToxicityWatch(Steering.Policies.Direction.At("resid_post.9", TinyModel.Direction(1))) { On = 1 }, "resid_post.9");
        Refused(options => options.Watches[0] = new ToxicityWatch(Steering.Policies.Direction.At(TinyModel.Site, [1, 2])) { On = 1 }, "2 numbers");
    }

    /// <summary>A level below everything alarms on all harmless texts, which is said with the rate; a calibrated one does not.</summary>
    [TestMethod]
    public void LevelsThatAlarmOnEverything_AreRefused_WithTheMeasuredRate()
    {
        var clean = ToxicityExample.Of(Enumerable.Range(0, 60).Select(index => $"Harmless text number {index}, and {index * index} more."));
        Refused(options => AddClean(options, -1e6f, clean), "100.0 %", "60 harmless texts", "LargestFalseAlarmRate");
        var calibrated = new ToxicityScorer(FilterTestModel.Engine, [FilterTestModel.Probe(0), FilterTestModel.Probe(0, seed: 8)]).Calibrate(clean, 0.1);
        var scorer = new ToxicityScorer(FilterTestModel.Engine, calibrated);
        Assert.IsLessThanOrEqualTo(0.1, scorer.AlarmRate(clean));
        var options = new ToxicityFilterOptions();
        foreach (var watch in calibrated)
        {
            options.Watches.Add(watch);
        }

        foreach (var text in clean)
        {
            options.CleanTexts.Add(text);
        }

        FilterTestModel.Client(options).Dispose();
        Refusal.Of(() => new ToxicityScorer(FilterTestModel.Engine, [FilterTestModel.Probe(0)]).Calibrate(clean, 0.01), "60 harmless texts", "at least 99");
        Refusal.Of(() => scorer.Highest(new ToxicityExample("")), "fewer than two tokens");

        static void AddClean(ToxicityFilterOptions options, float level, IReadOnlyList<ToxicityExample> clean)
        {
            options.Watches[0] = FilterTestModel.Probe(level);
            foreach (var text in clean)
            {
                options.CleanTexts.Add(text);
            }
        }
    }

    /// <summary>The probe against means computed here: 0 at the clean mean, 1 at the toxic one.</summary>
    [TestMethod]
    public void Probe_IsZeroAtTheCleanMean_AndOneAtTheToxic()
    {
        ToxicityExample[] toxic = [new("Go away now"), new("You fool, you")];
        ToxicityExample[] clean = [new("Good morning to you"), new("What a day it is"), new("kind", "Be ")];
        var probe = ToxicityProbe.Fit(TinyModel.Folder, TinyModel.Site, toxic, clean);
        Assert.AreEqual(0, MeanValue(clean), 1e-3);
        Assert.AreEqual(1, MeanValue(toxic), 1e-3);
        Refusal.Of(() => ToxicityProbe.Fit(TinyModel.Folder, TinyModel.Site, [], clean), "0 toxic and 3 clean");
        Refusal.Of(() => ToxicityProbe.Fit(TinyModel.Folder, TinyModel.Site, clean, clean), "same mean");

        double MeanValue(ToxicityExample[] examples)
        {
            using var pass = Steering.Models.ForwardPass.Load(TinyModel.Folder);
            var direction = ((DirectionTarget)probe.Target).Values.ToArray();
            return examples.Average(example =>
            {
                var context = TinyModel.Engine.Model.Tokenizer.Encode(example.Context);
                int[] ids = [.. context, .. TinyModel.Engine.Model.Tokenizer.Encode(example.Text)];
                var residuals = pass.Run(ids).Residuals[TinyModel.Site];
                var from = Math.Max(1, context.Length - 1);
                return Enumerable.Range(from, ids.Length - from).Average(position => System.Numerics.Tensors.TensorPrimitives.Dot(residuals.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize), direction)) + probe.Bias;
            });
        }
    }

    [TestMethod]
    public async Task AWrongFilter_StopsTheStartOfTheHost()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSteering(options => options.ModelPath = TinyModel.Folder);
        builder.Services.AddSteeredChatClient().UseToxicityFilter(options => options.HoldBack = -5);
        using var host = builder.Build();
        var refusal = await Assert.ThrowsExactlyAsync<SteeringException>(() => host.StartAsync());
        Assert.Contains("HoldBack is -5", refusal.Message);
    }

    private static void Refused(Action<ToxicityFilterOptions> change, params string[] parts)
    {
        var options = FilterTestModel.Options(ToxicityFilterAction.Stop, 0);
        change(options);
        Refusal.Of(() => FilterTestModel.Client(options).Dispose(), parts);
    }
}
