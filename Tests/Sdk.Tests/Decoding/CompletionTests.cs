using Steering.Decoding;

namespace Steering.Tests.Sdk.Decoding;

/// <summary>Many turns at once, on a model of two blocks.</summary>
[TestClass]
public sealed class CompletionTests
{
    /// <summary>Twelve turns with prompts, policies, lengths and seeds of their own; one after the other is the oracle.</summary>
    [TestMethod]
    public async Task CompleteAll_GivesWhatEachTurnGivesAlone_ForAnyNumberAtOnce()
    {
        var decoder = new GenAiDecoder(TinyModel.Engine.Model);
        DecodeRequest[] requests = [.. Enumerable.Range(0, 12).Select(turn => (turn % 2 == 0 ? TinyModel.Request() : TinyModel.Request(TinyModel.Push(turn))) with
        {
            PromptIds = TinyModel.Prompt[..(1 + (turn % 4))],
            MaxTokens = 4 + turn,
            Sampling = new SamplingOptions { Temperature = 1, Seed = turn },
        })];
        var alone = new List<Completion>();
        foreach (var request in requests)
        {
            alone.Add(await decoder.CompleteAsync(request));
        }

        Assert.IsGreaterThan(8, alone.Select(completion => string.Join(' ', completion.Ids)).Distinct().Count(), "The turns are to differ.");
        foreach (var parallelism in (int?[])[1, 3, 12, null])
        {
            var progress = new Count();
            Assert.AreSequenceEqual(alone, await decoder.CompleteAllAsync(requests, parallelism, progress));
            Assert.AreEqual(12, progress.Most);
        }
    }

    [TestMethod]
    public async Task Complete_HoldsEveryTokenAndTheReason()
    {
        var decoder = new GenAiDecoder(TinyModel.Engine.Model);
        var request = TinyModel.Request(maxTokens: 7);
        var completion = await decoder.CompleteAsync(request);
        Assert.AreSequenceEqual(TinyModel.Decode(request), completion.Ids);
        Assert.AreEqual(FinishReason.Length, completion.FinishReason);
        Assert.AreEqual(TinyModel.Engine.Model.Tokenizer.Decode([.. completion.Ids], skipSpecialTokens: true), completion.Text);
    }

    [TestMethod]
    public async Task CompleteAll_RefusesATurnThatDoesNotFit_AndStopsWhenAsked()
    {
        var decoder = new GenAiDecoder(TinyModel.Engine.Model);
        DecodeRequest[] requests = [TinyModel.Request(), TinyModel.Request() with { PromptIds = [] }];
        await Assert.ThrowsExactlyAsync<SteeringException>(() => decoder.CompleteAllAsync(requests));
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => decoder.CompleteAllAsync(requests, parallelism: 0));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => decoder.CompleteAllAsync([TinyModel.Request()], cancellationToken: stopped.Token));
        Assert.IsEmpty(await decoder.CompleteAllAsync([]));
    }

    private sealed class Count : IProgress<int>
    {
        private readonly Lock _lock = new();

        public int Most { get; private set; }

        public void Report(int value)
        {
            lock (_lock)
            {
                Most = Math.Max(Most, value);
            }
        }
    }
}
