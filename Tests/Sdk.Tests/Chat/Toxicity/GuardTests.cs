using Microsoft.Extensions.AI;
using Steering.Chat.Toxicity;
using Steering.Models;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>The filter in front of a client that is not ours.</summary>
[TestClass]
public sealed class GuardTests
{
    private const float Never = 1e6f;
    private const string Text = "The sea is calm, and the old boats lie where they lay.";
    private const string Opened = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n";

    /// <summary>
    /// For every place of the first alarm, size of the pieces and window: what reaches the caller ends before the token that
    /// an independent pass over the whole text finds above the level, and the window before it.
    /// </summary>
    [TestMethod]
    public async Task Stop_HandsOnNothingFromTheWindowOn()
    {
        var values = Values(Opened, Text);
        foreach (var share in new[] { 0.3, 0.6, 0.8, 0.95 })
        {
            var level = values.Order().ElementAt((int)(share * values.Length));
            var alarm = Array.FindIndex(values, value => value > level);
            foreach (var (size, window) in new[] { (1, 0), (1, 3), (5, 2), (7, 9), (200, 1) })
            {
                var inner = ScriptedClient.InPieces(Text, size);
                var (text, last) = await Read(Client(inner, Options(ToxicityFilterAction.Stop, level, window)));
                Assert.StartsWith(text, Text);
                Assert.IsLessThanOrEqualTo(Tokens(Text, Math.Max(0, alarm - window)).Length, text.Length, $"share {share}, pieces of {size}, window {window}: '{text}'");
                Assert.AreEqual(ChatFinishReason.ContentFilter, last.FinishReason);
                Assert.IsTrue(last.GetToxicityReport()!.Stopped);
            }
        }
    }

    [TestMethod]
    public async Task Quiet_HandsOnEverything_WithUsageAndReason()
    {
        foreach (var action in new[] { ToxicityFilterAction.Observe, ToxicityFilterAction.Stop })
        {
            var response = await Client(ScriptedClient.InPieces(Text, 3), Options(action, Never)).GetResponseAsync("hi");
            Assert.AreEqual(Text, response.Text);
            Assert.AreEqual(ChatFinishReason.Stop, response.FinishReason);
            Assert.AreEqual(18, response.Usage!.OutputTokenCount);
            Assert.AreEqual(TinyModel.Engine.Model.Tokenizer.Encode(Text).Length, response.GetToxicityReport()!.Tokens);
        }
    }

    [TestMethod]
    public async Task Observe_HandsOnEverything_AndReports()
    {
        var options = Options(ToxicityFilterAction.Observe, -Never);
        var response = await Client(ScriptedClient.InPieces(Text, 3), options).GetResponseAsync("hi");
        Assert.AreEqual(Text, response.Text);
        Assert.IsTrue(response.GetToxicityReport() is { Alarmed: true, Stopped: false, Withheld: 0 });
    }

    [TestMethod]
    public async Task ReasoningText_IsJudgedToo()
    {
        var inner = new ScriptedClient(new TextReasoningContent(Text));
        var response = await Client(inner, Options(ToxicityFilterAction.Stop, -Never)).GetResponseAsync("hi");
        Assert.IsEmpty(response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>());
        Assert.AreEqual(ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.AreEqual(Text, string.Concat((await Client(inner, Options(ToxicityFilterAction.Stop, Never)).GetResponseAsync("hi")).Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(content => content.Text)));
    }

    /// <summary>A prompt above the level is not sent; below it, it is. The level lies between what the two prompts reach.</summary>
    [TestMethod]
    public async Task Prompts_AboveTheLevel_AreNotSent()
    {
        string[] prompts = ["hi", "zzzzzzzz ZZZZ"];
        var reached = prompts.Select(prompt => Values(string.Empty, $"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n").Skip(1).Max()).ToArray();
        var (low, high) = reached[0] < reached[1] ? (0, 1) : (1, 0);
        Assert.AreNotEqual(reached[low], reached[high]);
        var options = Options(ToxicityFilterAction.Stop, (reached[low] + reached[high]) / 2);
        (options.StopMessage, options.CheckPrompts) = ("No.", true);
        var inner = new ScriptedClient();
        var response = await Client(inner, options).GetResponseAsync(prompts[high]);
        Assert.AreEqual("No.", response.Text);
        Assert.AreEqual(ToxicityDecisionKind.PromptBlocked, response.GetToxicityReport()!.Decisions.Single().Kind);
        Assert.AreEqual(ChatFinishReason.Stop, (await Client(inner, options).GetResponseAsync(prompts[low])).FinishReason);
    }

    [TestMethod]
    public async Task Stop_EndsTheOtherStream_AtOnce()
    {
        var inner = ScriptedClient.InPieces(Text, 1);
        await Client(inner, Options(ToxicityFilterAction.Stop, -Never, holdBack: 4)).GetResponseAsync("hi");
        Assert.IsLessThanOrEqualTo(6, inner.Streamed);
    }

    [TestMethod]
    public async Task Cancellation_EndsIt()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => Client(ScriptedClient.InPieces(Text, 1), Options(ToxicityFilterAction.Stop, Never)).GetResponseAsync("hi", cancellationToken: source.Token));
    }

    /// <summary>Long texts are read in windows: each position once, near values to one whole pass where the window holds it.</summary>
    [TestMethod]
    public void Windows_CoverEveryPosition()
    {
        var text = string.Concat(Enumerable.Repeat(Text, 4));
        var ids = TinyModel.Engine.Model.Tokenizer.Encode(text);
        var scorer = new ToxicityScorer(FilterTestModel.Engine, [FilterTestModel.Probe(0)], windowTokens: 32);
        var seen = new List<int>();
        var first = new List<float>();
        scorer.Read(ids, 1, (position, values) =>
        {
            seen.Add(position);
            first.Add(values[0]);
        }, CancellationToken.None);
        Assert.AreSequenceEqual(Enumerable.Range(1, ids.Length - 1), seen);
        var whole = Values(string.Empty, text);
        for (var position = 1; position < 16; position++)
        {
            Assert.AreEqual(whole[position], first[position - 1], 1e-3f);
        }
    }

    [TestMethod]
    public void WhatAGuardCannotDo_IsRefused()
    {
        Refusal.Of(() => Client(new ScriptedClient(), FilterTestModel.Options(ToxicityFilterAction.Rewind, 0)), "Rewind", "Observe or Stop");
        Refusal.Of(() => new ToxicityFilterChatClient(new ScriptedClient(), Options(ToxicityFilterAction.Stop, 0)).Dispose(), "no SteeringEngine");
    }

    private static ToxicityFilterOptions Options(ToxicityFilterAction action, float level, int holdBack = 2)
    {
        var options = FilterTestModel.Options(action, level, holdBack);
        options.CheckPrompts = false;
        return options;
    }

    private static ToxicityFilterChatClient Client(IChatClient inner, ToxicityFilterOptions options) => new(inner, options, FilterTestModel.Engine);

    private static string Tokens(string text, int count) => TinyModel.Engine.Model.Tokenizer.Decode(TinyModel.Engine.Model.Tokenizer.Encode(text).AsSpan(0, count));

    private static async Task<(string Text, ChatResponseUpdate Last)> Read(ToxicityFilterChatClient client)
    {
        var text = string.Empty;
        ChatResponseUpdate? last = null;
        await foreach (var update in client.GetStreamingResponseAsync("hi"))
        {
            text += update.Text;
            last = update;
        }

        return (text, last!);
    }

    /// <summary>The probe by hand: residuals of a plain pass times the direction.</summary>
    private static float[] Values(string context, string text)
    {
        using var pass = ForwardPass.Load(TinyModel.Folder);
        var tokenizer = TinyModel.Engine.Model.Tokenizer;
        var before = tokenizer.Encode(context);
        int[] ids = [.. before, .. tokenizer.Encode(text)];
        var residuals = pass.Run(ids).Residuals[TinyModel.LastSite];
        var direction = TinyModel.Direction(5);
        return [.. Enumerable.Range(before.Length, ids.Length - before.Length).Select(position => System.Numerics.Tensors.TensorPrimitives.Dot(residuals.AsSpan(position * TinyModel.HiddenSize, TinyModel.HiddenSize), direction))];
    }
}
