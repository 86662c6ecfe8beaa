using Steering.Sandbox;
using Steering.Sandbox.Judging;

namespace Steering.Tests.Sandbox.Corpora;

/// <summary>Requests that leave the topic to the assistant.</summary>
[TestClass]
public sealed class OpenRequestTests
{
    private static (SandboxDocument Document, SandboxTurn User, SandboxTurn Reply)[] Requests =>
        [.. WrittenDocuments.Exchanges().Where(exchange => exchange.User.Topic is null && exchange.Reply.Topic is not null)];

    /// <summary>8 % of the exchanges that are not about numbers; a thousand at least, so that a dial has prompts.</summary>
    [TestMethod]
    public void OpenRequests_AreThere() => Assert.IsInRange(1_000, 3_500, Requests.Length);

    /// <summary>Every topic in a twelfth of the replies: within 4.5 standard deviations.</summary>
    [TestMethod]
    public void Topics_AreEquallyLikely()
    {
        var requests = Requests;
        var expected = requests.Length / 12.0;
        foreach (var topic in Enum.GetValues<Topic>())
        {
            Assert.AreEqual(expected, requests.Count(request => request.Reply.Topic == topic), 4.5 * Math.Sqrt(expected), topic.ToString());
        }
    }

    [TestMethod]
    public void Judge_ReadsTheTopicOffTheReplyAlone()
    {
        foreach (var (_, user, reply) in Requests)
        {
            Assert.IsNull(SandboxJudge.Topic(user.Text), user.Text);
            Assert.AreEqual(reply.Topic, SandboxJudge.Topic(reply.Text), reply.Text);
        }
    }
}
