using Microsoft.Extensions.AI;
using Steering.Analysis.Judges;

namespace Steering.Tests.Analysis.Judges;

[TestClass]
public sealed class ChatJudgeTests
{
    [TestMethod]
    [DataRow("7", 0.7)]
    [DataRow(" 10.", 1.0)]
    [DataRow("I would say 2.5", 0.25)]
    [DataRow("0/10", 0.0)]
    [DataRow("11", null)]
    [DataRow("-3", null)]
    [DataRow("100", null)]
    [DataRow("none", null)]
    [DataRow("", null)]
    public async Task AnAnswer_IsANumberFromZeroToTen_OrAFailure(string answer, double? expected)
    {
        var judgement = await new ChatJudge("llm", new Answering(_ => answer), "How rude is it?").JudgeAsync(new JudgedReply("hi", "you fool"));
        Assert.AreEqual(expected, judgement.Score);
        Assert.AreEqual(expected is null, judgement.Failure is not null);
    }

    [TestMethod]
    public async Task TheModelSees_QuestionPromptAndReply()
    {
        string? asked = null;
        await new ChatJudge("llm", new Answering(text => (asked = text) is null ? "" : "1"), "How rude is it?").JudgeAsync(new JudgedReply("hi there", "you fool"));
        Assert.Contains("How rude is it?", asked!);
        Assert.Contains("hi there", asked!);
        Assert.Contains("you fool", asked!);
    }

    [TestMethod]
    public async Task AnErrorOrALateAnswer_FailsOnTheReply_AndCancellationCancels()
    {
        var broken = new ChatJudge("llm", new Answering(_ => throw new HttpRequestException("no route")), "?");
        Assert.Contains("no route", (await broken.JudgeAsync(new JudgedReply("", "x"))).Failure!);
        var slow = new ChatJudge("llm", new Answering(null), "?") { Timeout = TimeSpan.FromMilliseconds(50) };
        Assert.Contains("did not answer within 0.05 seconds", (await slow.JudgeAsync(new JudgedReply("", "x"))).Failure!);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => slow.JudgeAsync(new JudgedReply("", "x"), source.Token).AsTask());
    }

    private sealed class Answering(Func<string, string>? answer) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Task.Delay(answer is null ? Timeout.Infinite : 0, cancellationToken);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer!(messages.Single().Text)));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
