using Steering.Analysis.Judges;

namespace Steering.Tests.Analysis.Judges;

/// <summary>Programs written as shell scripts: good ones, and all the ways in which others fail.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class ProgramJudgeTests
{
    private const string Good = """while read -r line; do case "$line" in *fool*) echo '{"score": 1}';; *) echo '{"score": 0.25}';; esac; done""";

    [TestMethod]
    public async Task AGoodProgram_IsStartedOnce_AndAnswersEach()
    {
        using var judge = Shell(Good);
        Assert.AreEqual(1.0, (await Ask(judge, "You fool")).Score);
        Assert.AreEqual(0.25, (await Ask(judge, "Good\nmorning")).Score);
        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => Ask(judge, index % 2 == 0 ? "fool" : "friend")));
        Assert.AreSequenceEqual(Enumerable.Range(0, 20).Select(index => (double?)(index % 2 == 0 ? 1 : 0.25)), together.Select(judgement => judgement.Score));
        Assert.AreEqual(0, judge.Failures);
    }

    [TestMethod]
    [DataRow("exit 3", "ended without an answer", DisplayName = "crashes at once")]
    [DataRow("read -r line; kill -9 $$", "ended without an answer", DisplayName = "crashes when asked")]
    [DataRow("read -r line; echo nonsense; cat", "answered 'nonsense'", DisplayName = "prints nonsense")]
    [DataRow("read -r line; echo '{\"score\": \"high\"}'; cat", "NUMBER", DisplayName = "prints a score that is none")]
    [DataRow("read -r line; echo '[1]'; cat", "NUMBER", DisplayName = "prints another kind of JSON")]
    [DataRow("read -r line; yes | tr -d '\\n'", "answered 'yyyy", DisplayName = "prints without end")]
    [DataRow("read -r line; sleep 600", "did not answer within 0.5 seconds", DisplayName = "hangs")]
    public async Task ABadProgram_FailsOnTheReply_AndIsCounted(string script, string reason)
    {
        using var judge = Shell(script, TimeSpan.FromSeconds(script.Contains("sleep", StringComparison.Ordinal) ? 0.5 : 20));
        for (var reply = 1; reply <= 2; reply++)
        {
            var judgement = await Ask(judge, "You fool");
            Assert.IsNull(judgement.Score);
            Assert.IsTrue(judgement.Failure!.Contains(reason, StringComparison.Ordinal) || judgement.Failure.Contains("went away", StringComparison.Ordinal), judgement.Failure);
            Assert.AreEqual(reply, judge.Failures);
        }
    }

    /// <summary>Fails on one reply and is there for the next.</summary>
    [TestMethod]
    public async Task AProgramThatFailsOnce_IsStartedAnew()
    {
        using var judge = Shell("""while read -r line; do case "$line" in *crash*) exit 1;; *) echo '{"score": 0.5}';; esac; done""");
        Assert.AreEqual(0.5, (await Ask(judge, "one")).Score);
        Assert.IsNull((await Ask(judge, "crash")).Score);
        Assert.AreEqual(0.5, (await Ask(judge, "two")).Score);
        Assert.AreEqual(1, judge.Failures);
    }

    [TestMethod]
    public async Task AMissingProgram_IsRefused_AndCancellationIsNoFailure()
    {
        using var missing = new ProgramJudge("m", "/no/such/program", []);
        Assert.Contains("/no/such/program", (await Assert.ThrowsExactlyAsync<SteeringException>(() => Ask(missing, "x"))).Message);
        using var slow = Shell("read -r line; sleep 600");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<OperationCanceledException>(() => slow.JudgeAsync(new JudgedReply("", "x"), source.Token).AsTask());
        Assert.AreEqual(0, slow.Failures);
    }

    private static ProgramJudge Shell(string script, TimeSpan? timeout = null) => new("shell", "/bin/sh", ["-c", script]) { Timeout = timeout ?? TimeSpan.FromSeconds(20) };

    private static Task<Judgement> Ask(ProgramJudge judge, string text) => judge.JudgeAsync(new JudgedReply("Hello", text)).AsTask();
}
