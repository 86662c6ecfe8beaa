using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Replies;

namespace Steering.Tests.Sandbox.Replies;

[TestClass]
public sealed class ReplyPromptTests
{
    private static SandboxDocument[] Documents { get; } = [.. new SandboxCorpus(seed: 2).Documents(CorpusSplit.HeldOut).Take(300)];

    [TestMethod]
    public void Of_TakesFirstRepliesOrAll()
    {
        Assert.HasCount(Documents.Length, ReplyPrompt.Of(Documents));
        Assert.HasCount(Documents.Sum(document => document.Turns.Count(turn => turn.Role == TurnRole.Assistant)), ReplyPrompt.Of(Documents, firstOnly: false));
        foreach (var prompt in ReplyPrompt.Of(Documents, firstOnly: false))
        {
            Assert.AreEqual(TurnRole.Assistant, prompt.Written.Role);
            Assert.AreEqual(TurnRole.User, prompt.User.Role);
            Assert.AreEqual(prompt.Written.Steps.Any(step => step.Kind == StepKind.Final), prompt.IsProblem);
            Assert.StartsWith(prompt.Text() + prompt.Written.Text + ChatMarkers.Close, prompt.Document.Text);
        }
    }

    [TestMethod]
    public void System_TakesThePlaceOfTheDocumentsOwn()
    {
        foreach (var prompt in ReplyPrompt.Of(Documents, firstOnly: false))
        {
            var other = (prompt with { System = "Be polite." }).Text();
            var expected = ChatMarkers.Open(TurnRole.System) + "Be polite." + ChatMarkers.Close
                + string.Concat(prompt.Document.Turns.Take(prompt.Turn).Where(turn => turn.Role != TurnRole.System).Select(turn => ChatMarkers.Open(turn.Role) + turn.Text + ChatMarkers.Close))
                + ChatMarkers.Open(TurnRole.Assistant);
            Assert.AreEqual(expected, other);
        }
    }

    /// <summary>The judges on the generator's own replies give its labels; a reply that was cut off is not well-formed.</summary>
    [TestMethod]
    public void Reply_ReadsTheGeneratorsLabels()
    {
        foreach (var prompt in ReplyPrompt.Of(Documents, firstOnly: false))
        {
            var reply = new SandboxReply(prompt, prompt.Written.Text, Ended: true);
            Assert.AreEqual(prompt.Written.Register == Register.Rude, reply.IsRude);
            Assert.AreEqual(prompt.Written.Register, reply.Register);
            Assert.AreEqual(prompt.Written.Steps.Any(step => step.Kind == StepKind.Reflection), reply.HasReflection);
            Assert.AreEqual(prompt.Written.Steps.Any(step => step is { Kind: StepKind.Final, Correct: true }), reply.IsCorrect);
            Assert.AreSequenceEqual(prompt.Written.Steps, reply.Steps);
            Assert.IsTrue(reply.IsWellFormed);
            Assert.IsFalse((reply with { Ended = false }).IsWellFormed);
        }
    }
}
