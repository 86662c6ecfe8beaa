using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk.Decoding;

/// <summary>When an intervention acts: spans and gates while tokens are generated.</summary>
[TestClass]
public sealed class GateAndSpanTests
{
    [TestMethod]
    public void CompletionSpan_LeavesThePromptAlone_AndSteersTheCompletion()
    {
        using var completion = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(40, InterventionSpan.Completion)));
        using var unsteered = TinyModel.Engine.Model.Start(TinyModel.Request());
        completion.MoveNext();
        unsteered.MoveNext();
        Assert.AreSequenceEqual(unsteered.ReadLogits(), completion.ReadLogits());
        completion.MoveNext();
        unsteered.MoveNext();
        CollectionAssert.AreNotEqual(unsteered.ReadLogits(), completion.ReadLogits());
    }

    [TestMethod]
    public void PromptSpan_SteersThePromptOnly()
    {
        using var prompt = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(40, InterventionSpan.Prompt)));
        using var both = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(40)));
        prompt.MoveNext();
        both.MoveNext();
        Assert.AreSequenceEqual(both.ReadLogits(), prompt.ReadLogits());
        prompt.MoveNext();
        both.MoveNext();
        CollectionAssert.AreNotEqual(both.ReadLogits(), prompt.ReadLogits());
    }

    [TestMethod]
    [DataRow(-1e6f, true)]
    [DataRow(1e6f, false)]
    public void PromptGate_LatchesOnThePromptsActivations(float threshold, bool opens)
    {
        var gate = Gate.Prompt(Direction.At(TinyModel.Site, TinyModel.Direction(7)), threshold, StrengthUnit.Raw);
        using var gated = TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(40, gate: gate)));
        using var unsteered = TinyModel.Engine.Model.Start(TinyModel.Request());
        gated.MoveNext();
        unsteered.MoveNext();
        Assert.AreSequenceEqual(unsteered.ReadLogits(), gated.ReadLogits());
        gated.MoveNext();
        unsteered.MoveNext();
        Assert.AreEqual(!opens, unsteered.ReadLogits().AsSpan().SequenceEqual(gated.ReadLogits()));
    }

    [TestMethod]
    public void CallbackGate_DecidesBeforeEachPass_AndSeesTheActivations()
    {
        var seen = new List<(bool IsPrompt, int Generated, int Activations)>();
        var policy = TinyModel.Push(40, gate: Gate.Callback("ask"));
        var request = TinyModel.Request(policy) with
        {
            Callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal)
            {
                ["ask"] = (in context) =>
                {
                    seen.Add((context.IsPrompt, context.GeneratedTokens, context.Activations.Length));
                    return context.GeneratedTokens == 2;
                },
            },
        };
        using var gated = TinyModel.Engine.Model.Start(request);
        using var unsteered = TinyModel.Engine.Model.Start(TinyModel.Request());
        var same = new List<bool>();
        for (var index = 0; index < 3; index++)
        {
            gated.MoveNext();
            unsteered.MoveNext();
            same.Add(unsteered.ReadLogits().AsSpan().SequenceEqual(gated.ReadLogits()));
        }

        Assert.AreSequenceEqual([true, true, false], same);
        Assert.AreSequenceEqual([(true, 0, 0), (false, 1, 1), (false, 2, 1)], seen);
    }

    [TestMethod]
    public void CallbackGate_WithoutCallback_IsRefusedByName()
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(() => TinyModel.Engine.Model.Start(TinyModel.Request(TinyModel.Push(1, gate: Gate.Callback("ask")))));
        StringAssert.Contains(refusal.Message, "'ask'", StringComparison.Ordinal);
    }

    [TestMethod]
    public void TokenGate_DecidesAtEveryGeneratedToken_NotOnlyOnThePrompt()
    {
        var probe = Direction.At(TinyModel.Site, TinyModel.Direction(9)) with { Normalize = true };
        using var watched = TinyModel.Engine.Model.Start(TinyModel.Request(SteeringPolicy.Create("watch").ProjectionGain(probe, 1), maxTokens: 40), collectActivations: true);
        var seen = new List<float>();
        while (watched.MoveNext())
        {
            seen.Add(watched.Activations(0)[0]);
        }

        // Half of the positions lie above the median, so a gate there opens and closes along the completion.
        var threshold = seen.Order().ElementAt(seen.Count / 2);
        var gated = TinyModel.Engine.Compile(TinyModel.Push(0, gate: Gate.Token(probe, threshold, StrengthUnit.Raw)));
        var strong = TinyModel.Engine.Compile(TinyModel.Push(5, InterventionSpan.Completion, Gate.Token(probe, threshold, StrengthUnit.Raw)));
        using var forward = ForwardPass.Load(TinyModel.Folder);
        var open = TinyModel.Engine.Compile(TinyModel.Push(5, gate: Gate.Token(probe, threshold, StrengthUnit.Raw)));
        var unsteered = forward.Run(TinyModel.Prompt, gated).Residuals[TinyModel.Site];
        var steered = forward.Run(TinyModel.Prompt, open).Residuals[TinyModel.Site];
        var norm = Math.Sqrt(TinyModel.Direction(9).Sum(value => value * value));
        for (var position = 1; position < TinyModel.Prompt.Length; position++)
        {
            var row = unsteered.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize);
            var projection = 0.0;
            for (var index = 0; index < row.Length; index++)
            {
                projection += row[index] * TinyModel.Direction(9)[index] / norm;
            }

            var changed = !row.SequenceEqual(steered.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize));
            Assert.AreEqual(projection > threshold, changed, $"position {position}: projection {projection}, threshold {threshold}");
        }

        using var completion = TinyModel.Engine.Model.Start(TinyModel.Request() with { Policy = strong });
        using var plain = TinyModel.Engine.Model.Start(TinyModel.Request());
        var firstChange = -1;
        for (var step = 0; step < 20 && completion.MoveNext() && plain.MoveNext(); step++)
        {
            if (!completion.ReadLogits().AsSpan().SequenceEqual(plain.ReadLogits()))
            {
                firstChange = step;
                break;
            }
        }

        var expected = seen.Skip(1).Select((value, index) => (value, index)).First(pair => pair.value > threshold).index + 1;
        Assert.AreEqual(expected, firstChange);
    }
}
