using Steering.Analysis.Tuning;
using Steering.Compilation;
using Steering.Models;
using Steering.Policies;
using Steering.Policies.Operators;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Tests.Analysis.Tuning;

/// <summary>Strengths of policies on the bundled model.</summary>
[TestClass]
public sealed class StrengthSearchTests
{
    private static readonly string[] Texts = ["Hello there. How are you today?", "A guitar has six strings.", "Do you like songs?"];
    private static readonly SteeringPolicy Push = SteeringPolicy.Create("push").Add(Feature.Of("late", 3), 1);
    private static ForwardPass? _pass;
    private static PolicyCompiler? _compiler;
    private static int[][]? _ids;

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _pass = ForwardPass.Load(SandboxModel.Folder());
        _compiler = new PolicyCompiler(_pass.Manifest!, new SteeringResources().AddSae("late", SaeFolder.Load(SandboxModel.LateSae())));
        var tokenizer = TextTokenizer.Load(SandboxModel.Folder());
        _ids = [.. Texts.Select(text => tokenizer.Encode(text))];
    }

    [ClassCleanup]
    public static void Unload() => _pass?.Dispose();

    [TestMethod]
    public void Unsteered_IsTheModel_AndStrengthZeroIsToo()
    {
        var meter = Meter(Push);
        Assert.AreEqual(0, meter.Unsteered.Divergence);
        var (loss, tokens) = (0.0, 0);
        foreach (var ids in _ids!)
        {
            var result = _pass!.Run(ids);
            for (var i = 0; i + 1 < ids.Length; i++)
            {
                var logits = result.LogitsAt(i).ToArray();
                loss -= Math.Log(Math.Exp(logits[ids[i + 1]]) / logits.Sum(logit => Math.Exp(logit)));
                tokens++;
            }
        }

        Assert.AreEqual(loss / tokens, meter.Unsteered.Loss, 1e-6);
        var none = meter.At(0);
        Assert.AreEqual(0, none.Divergence, 1e-6);
        Assert.AreEqual(meter.Unsteered.Loss, none.Loss, 1e-6);
    }

    [TestMethod]
    [DataRow(StrengthGoal.Divergence, 0.05)]
    [DataRow(StrengthGoal.Divergence, 0.5)]
    [DataRow(StrengthGoal.Loss, 3.5)]
    public void Find_ReachesTheTargetWithinOnePercent(StrengthGoal goal, double target)
    {
        var meter = Meter(Push);
        var found = StrengthSearch.Find(meter, goal, target);
        Assert.AreEqual(target, goal == StrengthGoal.Loss ? found.Loss : found.Divergence, 0.01 * target);
        Assert.AreEqual(found, meter.At(found.Strength), "the same strength measures the same");
    }

    [TestMethod]
    public void Find_ByAccuracy_KeepsItsShare_AndALittleMoreDoesNot()
    {
        var meter = Meter(Push);
        var found = StrengthSearch.Find(meter, StrengthGoal.Accuracy, 0.8);
        Assert.IsGreaterThan(0.8 * meter.Unsteered.Accuracy, found.Accuracy);
        Assert.IsLessThanOrEqualTo(0.8 * meter.Unsteered.Accuracy, meter.At(found.Strength * 1.001f).Accuracy);
    }

    [TestMethod]
    public void At_ScalesEveryKindOfEdit()
    {
        var direction = Direction.At("resid_post.4", [1, 0, 0]);
        var policy = SteeringPolicy.Create("all").Add(Feature.Of("late", 1), 2).Scale(Feature.Of("late", 2), 3).Ablate(Feature.Of("late", 4)).Ablate(direction);
        var half = PolicyStrength.At(policy, 0.5f).Interventions;
        Assert.AreEqual(new AddOperator { Values = [1] }, half[0].Operator);
        Assert.AreEqual(new ScaleOperator { Gain = 2 }, half[1].Operator);
        Assert.AreEqual(new ScaleOperator { Gain = 0.5f }, half[2].Operator);
        Assert.AreEqual(new ProjectionGainOperator { Gain = 0.5f }, half[3].Operator);
    }

    [TestMethod]
    public void ImpossibleGoals_AreRefusedWithWhatIsPossible()
    {
        var meter = Meter(Push);
        Assert.Contains("never reached", Refusal.Of(() => StrengthSearch.Find(meter, StrengthGoal.Loss, 1000, largest: 1)).Message);
        Assert.Contains("ask for more", Refusal.Of(() => StrengthSearch.Find(meter, StrengthGoal.Loss, meter.Unsteered.Loss / 2)).Message);
        Assert.Contains("between 0 and 1", Refusal.Of(() => StrengthSearch.Find(meter, StrengthGoal.Accuracy, 1)).Message);
        Assert.Contains("above 0", Refusal.Of(() => StrengthSearch.Find(meter, StrengthGoal.Divergence, 0)).Message);
        Assert.Contains("no strength between", Refusal.Of(() => Meter(SteeringPolicy.Create("clamp").Clamp(Feature.Of("late", 3), 1)).At(0.5f)).Message);
        Assert.Contains("edits nothing", Refusal.Of(() => Meter(SteeringPolicy.Create("none")).At(1)).Message);
        Assert.Contains("fewer than two", Refusal.Of(() => _ = new StrengthMeter(_pass!, policy => _compiler!.Compile(policy), Push, [[1]])).Message);
    }

    private static StrengthMeter Meter(SteeringPolicy policy) => new(_pass!, tuned => _compiler!.Compile(tuned), policy, _ids!);
}
