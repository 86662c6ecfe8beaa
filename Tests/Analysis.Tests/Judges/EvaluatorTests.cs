using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using Steering.Analysis.Judges;

namespace Steering.Tests.Analysis.Judges;

/// <summary>Judges and the evaluators of Microsoft.Extensions.AI.Evaluation stand for each other.</summary>
[TestClass]
public sealed class EvaluatorTests
{
    private static readonly WordListJudge Rude = new("rude", ["fool"]) { Threshold = 1 };

    [TestMethod]
    [DataRow("You fool.", 1.0, true, true)]
    [DataRow("Good morning.", 0.0, true, false)]
    [DataRow("Good morning.", 0.0, false, true)]
    public async Task AJudge_AsEvaluator_GivesItsScoreAndWhetherItFails(string reply, double score, bool hitIsFailure, bool failed)
    {
        var result = await new JudgeEvaluator(Rude, hitIsFailure).EvaluateAsync(new ChatMessage(ChatRole.User, "Hello."), new ChatResponse(new ChatMessage(ChatRole.Assistant, reply)));
        var metric = result.Get<NumericMetric>("rude");
        Assert.AreEqual(score, metric.Value);
        Assert.AreEqual(failed, metric.Interpretation!.Failed);
        Assert.Contains(Rude.Counts, metric.Reason!);
    }

    [TestMethod]
    public async Task WhatTheJudgeCannotJudge_HasNoValueAndAnError()
    {
        var metric = (await new JudgeEvaluator(new Silent()).EvaluateAsync("text")).Get<NumericMetric>("silent");
        Assert.IsNull(metric.Value);
        Assert.IsTrue(metric.ContainsDiagnostics(diagnostic => diagnostic.Severity == EvaluationDiagnosticSeverity.Error && diagnostic.Message.Contains("asleep", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AContext_IsRefused() =>
        await Assert.ThrowsExactlyAsync<SteeringException>(async () => await new JudgeEvaluator(Rude).EvaluateAsync("text", additionalContext: [new Note()]));

    [TestMethod]
    public async Task ThereAndBack_IsTheSameJudge()
    {
        var back = new EvaluatorJudge(new JudgeEvaluator(Rude), "rude", Rude.Counts) { Threshold = Rude.Threshold };
        foreach (var text in (string[])["You fool.", "fool fool", "Hello."])
        {
            Assert.AreEqual(await Rude.JudgeAsync(new JudgedReply("p", text)), await back.JudgeAsync(new JudgedReply("p", text)));
        }

        Assert.AreEqual("It is asleep.", (await new EvaluatorJudge(new JudgeEvaluator(new Silent()), "silent", "nothing").JudgeAsync(new JudgedReply("p", "t"))).Failure);
    }

    [TestMethod]
    public void AMetricThatTheEvaluatorLacks_IsRefusedByName()
    {
        var refusal = Assert.ThrowsExactly<SteeringException>(() => new EvaluatorJudge(new JudgeEvaluator(Rude), "rudeness", "rude replies"));
        Assert.Contains("rudeness", refusal.Message);
        Assert.Contains("it has rude", refusal.Message);
    }

    private sealed class Note() : EvaluationContext("note", "text");

    private sealed class Silent : IReplyJudge
    {
        public string Name => "silent";

        public string Counts => "nothing";

        public ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default) => ValueTask.FromResult(Judgement.Failed("It is asleep."));
    }
}
