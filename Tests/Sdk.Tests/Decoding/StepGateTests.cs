using Steering.Batching;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Tensors;

namespace Steering.Tests.Sdk.Decoding;

/// <summary>A step gate acts on the tokens that complete a blank line, and on no other, while text is generated and in the prompt.</summary>
[TestClass]
public sealed class StepGateTests
{
    private const int NewLine = '\n';

    private static readonly int[] Steps = [.. "one.\n\nTwo goes on\nand on.\n \n\nThree"u8.ToArray().Select(value => (int)value)];

    // The blank lines end at these positions, counted by hand.
    private static readonly int[] Ends = [5, 27];

    [TestMethod]
    public void Prompt_IsEditedAtTheEndsOfSteps_AndNowhereElse()
    {
        using var steered = Start(Gated(InterventionSpan.Both), Steps);
        using var plain = Start(Gated(InterventionSpan.Both, strength: 0), Steps);
        steered.Prefill();
        plain.Prefill();
        // The row that multiplies a component by 1 changes nothing and reports it: the last of the second site's rows.
        var rows = steered.Policy.Sites[1].RowCount;
        Assert.IsTrue(steered.Policy.Sites[1].Rows[^1].ReportsActivation);
        float[] one = [.. steered.PromptActivations(1).ToArray().Chunk(rows).Select(row => row[^1])];
        float[] other = [.. plain.PromptActivations(1).ToArray().Chunk(rows).Select(row => row[^1])];
        Assert.HasCount(Steps.Length, one);
        for (var position = 0; position < Steps.Length; position++)
        {
            // The watched site lies after the edited one, so attention carries an edit to later positions, never to earlier ones.
            var difference = Math.Abs(one[position] - other[position]);
            var expected = position >= Ends[0];
            Assert.AreEqual(expected, difference > 1e-4, $"position {position}: {difference}");
        }

        // Along the direction of the push, what attention carries on is small beside the edit itself.
        Assert.IsGreaterThan(10 * Math.Abs(one[Ends[0] + 3] - other[Ends[0] + 3]), Math.Abs(one[Ends[0]] - other[Ends[0]]));
        Assert.IsGreaterThan(10 * Math.Abs(one[Ends[1] - 1] - other[Ends[1] - 1]), Math.Abs(one[Ends[1]] - other[Ends[1]]));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(InterventionSpan.Completion)]
    public void Prompt_IsLeftAlone_UnlessTheSpanHoldsIt(InterventionSpan? span)
    {
        using var steered = Start(Gated(span), Steps);
        using var plain = Start(Gated(span, strength: 0), Steps);
        steered.Prefill();
        plain.Prefill();
        Assert.AreSequenceEqual(plain.PromptActivations(1).ToArray(), steered.PromptActivations(1).ToArray());
    }

    /// <summary>The oracle is a callback that looks at the decoded text anew before every pass.</summary>
    [TestMethod]
    public void Completion_IsEditedWhenTheDelimiterIsTheTokenThatIsRead()
    {
        var ids = new List<int>(Steps);
        var opened = 0;
        var asked = Sampled(Gated(gate: Gate.Callback("ask"))) with
        {
            Callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal)
            {
                ["ask"] = (in context) =>
                {
                    if (!context.IsPrompt)
                    {
                        ids.Add(context.LastTokenId);
                    }

                    var open = !context.IsPrompt && EndsStep(ids);
                    opened += open ? 1 : 0;
                    return open;
                },
            },
        };
        using var expected = TinyModel.Engine.Model.Start(asked);
        using var plain = TinyModel.Engine.Model.Start(Sampled(Gated(strength: 0)));
        using var actual = TinyModel.Engine.Model.Start(Sampled(Gated()));
        var changed = false;
        while (expected.MoveNext())
        {
            Assert.IsTrue(actual.MoveNext());
            Assert.AreEqual(expected.TokenId, actual.TokenId);
            Assert.AreSequenceEqual(expected.ReadLogits(), actual.ReadLogits());
            if (!changed)
            {
                plain.MoveNext();
                changed = opened > 0;
                Assert.AreEqual(!changed, plain.ReadLogits().AsSpan().SequenceEqual(actual.ReadLogits()), $"token {actual.TokenCount}");
            }
        }

        Assert.IsGreaterThan(1, opened, "The text is to have several steps.");
    }

    [TestMethod]
    public void TokensTakenBack_AreReadAnew()
    {
        var request = Sampled(Gated()) with { Sampling = SamplingOptions.Greedy, PromptIds = [.. Steps, NewLine] };
        using var once = TinyModel.Engine.Model.Start(request);
        var expected = new List<float[]>();
        while (once.MoveNext())
        {
            expected.Add(once.ReadLogits());
        }

        using var again = TinyModel.Engine.Model.Start(request);
        for (var count = 1; count <= 20; count++)
        {
            again.MoveNext();
        }

        again.Rewind(20);
        for (var count = 0; again.MoveNext(); count++)
        {
            var logits = again.ReadLogits();
            for (var token = 0; token < logits.Length; token++)
            {
                Assert.AreEqual(expected[count][token], logits[token], 1e-3f, $"token {count}");
            }
        }
    }

    [TestMethod]
    public void APolicyPutInForceLater_KnowsTheTextSoFar()
    {
        var late = Sampled(Gated(strength: 0)) with { Sampling = SamplingOptions.Greedy };
        var early = late with { Policy = TinyModel.Engine.Compile(Gated()) };
        using var replaced = TinyModel.Engine.Model.Start(late);
        using var whole = TinyModel.Engine.Model.Start(late);
        using var steered = TinyModel.Engine.Model.Start(early);
        var ids = new List<int>(Steps);
        for (var count = 0; count < 60; count++)
        {
            Assert.IsTrue(replaced.MoveNext() && whole.MoveNext() && steered.MoveNext());
            ids.Add(replaced.TokenId);
            if (EndsStep(ids))
            {
                replaced.Replace(early.Policy);
                replaced.MoveNext();
                whole.MoveNext();
                CollectionAssert.AreNotEqual(whole.ReadLogits(), replaced.ReadLogits());
                return;
            }
        }

        Assert.Fail("No step ended in 60 tokens.");
    }

    [TestMethod]
    public async Task ABatch_GivesTheTokensOfGenAiDecoder_InPromptsAndCompletions()
    {
        InterventionSpan?[] spans = [null, InterventionSpan.Both, InterventionSpan.Prompt, InterventionSpan.Completion];
        DecodeRequest[] requests =
        [
            .. from index in Enumerable.Range(0, 16)
               let prompt = Enumerable.Range(0, 1 + index).SelectMany(_ => Steps).Skip(index).ToArray()
               select Sampled(Gated(spans[index % spans.Length], seed: index)) with { PromptIds = prompt, Sampling = SamplingOptions.Greedy, MaxTokens = 20 },
        ];
        using var decoder = new BatchingDecoder(TinyModel.Engine.Model, new BatchingDecoderOptions { Slots = 4, PrefillChunk = 16 });
        var expected = await new GenAiDecoder(TinyModel.Engine.Model).CompleteAllAsync(requests, 2);
        Assert.AreSequenceEqual(expected, await decoder.CompleteAllAsync(requests, requests.Length));
        var unsteered = await decoder.CompleteAllAsync([.. requests.Select(request => request with { Policy = TinyModel.Engine.Compile(Gated(strength: 0)) })], requests.Length);
        Assert.IsGreaterThan(8, expected.Zip(unsteered).Count(pair => pair.First != pair.Second), "The gate is to matter.");
    }

    [TestMethod]
    public void AForwardPass_WhichHasNoTokensInBetween_RefusesIt()
    {
        using var forward = ForwardPass.Load(TinyModel.Folder);
        var refusal = Assert.ThrowsExactly<SteeringException>(() => forward.Run(Steps, TinyModel.Engine.Compile(Gated(InterventionSpan.Both))));
        StringAssert.Contains(refusal.Message, "decision between tokens", StringComparison.Ordinal);
    }

    private static SteeredGeneration Start(SteeringPolicy policy, int[] prompt) =>
        TinyModel.Engine.Model.Start(TinyModel.Request(policy) with { PromptIds = prompt }, collectActivations: true);

    private static DecodeRequest Sampled(SteeringPolicy policy) => TinyModel.Request(policy, maxTokens: 120) with
    {
        PromptIds = Steps,
        IgnoreEndTokens = true,
        Sampling = new SamplingOptions { Temperature = 1, Seed = 3 },
    };

    /// <summary>A push at the ends of steps, beside one that makes line breaks likely and ends of steps frequent, and a row that reports.</summary>
    private static SteeringPolicy Gated(InterventionSpan? span = null, Gate? gate = null, float strength = 30, int seed = 1) => SteeringPolicy.Create("steps")
        .Add(Direction.At(TinyModel.Site, TinyModel.Direction(seed)), strength, StrengthUnit.Raw, gate ?? Gate.Step, span, name: "push")
        .Add(Direction.At(TinyModel.LastSite, LineBreak()) with { Normalize = true }, 10, StrengthUnit.Raw, name: "line breaks")
        .ProjectionGain(Direction.At(TinyModel.LastSite, TinyModel.Direction(seed)), 1, name: "watched");

    private static float[] LineBreak()
    {
        using var weights = SafetensorsFile.Open(Path.Combine(TinyModel.CheckpointFolder, "model.safetensors"));
        return weights.ReadFloat32("lm_head.weight")[(NewLine * TinyModel.HiddenSize)..][..TinyModel.HiddenSize];
    }

    private static bool EndsStep(List<int> ids)
    {
        // Special tokens hold text; every other id of this model is a byte.
        var text = string.Concat(ids.Select(id => id < 256 ? (char)id : 'x'));
        if (text[^1] != '\n')
        {
            return false;
        }

        var lines = text.Split('\n');
        return lines.Length > 2 && string.IsNullOrWhiteSpace(Blank(lines[^2])) && !string.IsNullOrWhiteSpace(Blank(lines[^3]));

        static string Blank(string line) => line.Replace('\u0085', 'x').Replace('\u00a0', 'x').Replace('\v', 'x').Replace('\f', 'x');
    }
}
