using Steering.Sandbox;
using Steering.Sandbox.Judging;

namespace Steering.Tests.Sandbox.Judging;

/// <summary>The judges read off the text what the generator knew: no exception in twenty thousand documents.</summary>
[TestClass]
public sealed class JudgeAgreementTests
{
    [TestMethod]
    public void Registers_AreReadOffEveryTurn()
    {
        foreach (var (_, turn) in WrittenDocuments.Turns(TurnRole.User).Concat(WrittenDocuments.Turns(TurnRole.Assistant)))
        {
            Assert.AreEqual(turn.Register, SandboxJudge.Register(turn.Text), turn.Text);
            Assert.AreEqual(turn.Register == Register.Rude, SandboxJudge.IsRude(turn.Text), turn.Text);
        }
    }

    [TestMethod]
    public void Topics_AreReadOffEveryTurn()
    {
        foreach (var (_, turn) in WrittenDocuments.Turns(TurnRole.User).Concat(WrittenDocuments.Turns(TurnRole.Assistant)))
        {
            Assert.AreEqual(turn.Topic, SandboxJudge.Topic(turn.Text), turn.Text);
        }
    }

    [TestMethod]
    public void Steps_AreReadOffEveryReply()
    {
        foreach (var (_, user, reply) in WrittenDocuments.Exchanges())
        {
            Assert.AreSequenceEqual(reply.Steps, SandboxJudge.StepsOf(user.Text, reply.Text), $"{user.Text}\n---\n{reply.Text}");
            Assert.AreSequenceEqual(reply.Steps.Select(step => step with { Correct = null }), SandboxJudge.StepsOf(reply.Text));
        }
    }

    [TestMethod]
    public void Reflections_AreReadOffEveryReply()
    {
        foreach (var (_, turn) in WrittenDocuments.Turns(TurnRole.Assistant))
        {
            Assert.AreEqual(turn.Steps.Any(step => step.Kind == StepKind.Reflection), SandboxJudge.HasReflection(turn.Text), turn.Text);
        }
    }

    [TestMethod]
    public void FinalAnswers_AreJudgedAsLabelled()
    {
        var (right, wrong) = (0, 0);
        foreach (var (_, user, reply) in WrittenDocuments.Exchanges())
        {
            var final = reply.Steps.SingleOrDefault(step => step.Kind == StepKind.Final);
            Assert.AreEqual(final?.Correct ?? false, SandboxJudge.FinalAnswerIsCorrect(user.Text, reply.Text), reply.Text);
            right += final?.Correct == true ? 1 : 0;
            wrong += final?.Correct == false ? 1 : 0;
        }

        Assert.IsGreaterThan(300, wrong);
        Assert.IsGreaterThan(3000, right);
    }
}
