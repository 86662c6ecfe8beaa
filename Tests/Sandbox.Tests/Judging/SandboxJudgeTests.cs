using Steering.Sandbox;
using Steering.Sandbox.Judging;

namespace Steering.Tests.Sandbox.Judging;

/// <summary>Text that no grammar of ours wrote.</summary>
[TestClass]
public sealed class SandboxJudgeTests
{
    [TestMethod]
    [DataRow("You are a STUPID machine!", true)]
    [DataRow("Oh, shut  up.", true)]
    [DataRow("Shut the door, then look up.", false)]
    [DataRow("The stupidity of it.", false)]
    [DataRow("Thank you, that was kind.", false)]
    [DataRow("", false)]
    public void IsRude_FindsWholeWordsAndPhrases(string text, bool rude) => Assert.AreEqual(rude, SandboxJudge.IsRude(text));

    [TestMethod]
    [DataRow("The dog and the cat are in the garden.", Topic.Animals)]
    [DataRow("A guitar, a song and a train.", Topic.Music)]
    [DataRow("A guitar and a train.", null)]
    [DataRow("Nothing in particular.", null)]
    public void Topic_IsTheOneWithMostWords(string text, Topic? topic) => Assert.AreEqual(topic, SandboxJudge.Topic(text));

    [TestMethod]
    [DataRow("Wow, my dear friend, how lovely!", Register.Friendly)]
    [DataRow("Dear friend, you fool and idiot.", Register.Rude)]
    [DataRow("It is four o'clock.", Register.Neutral)]
    [DataRow("The silver moon whispers.", Register.Poetic)]
    public void Register_IsTheOneWithMostMarkers(string text, Register register) => Assert.AreEqual(register, SandboxJudge.Register(text));

    /// <summary>Replies of a model that has gone astray: cut, doubled, spliced, sown with digits and symbols.</summary>
    [TestMethod]
    public void Judges_ReadDamagedText()
    {
        var random = new Random(3);
        const string Noise = "0123456789+-x/= .\n'|<>\0\uD800é🙂";
        var exchanges = WrittenDocuments.Exchanges().Take(3000).ToArray();
        foreach (var (_, user, reply) in exchanges)
        {
            var other = exchanges[random.Next(exchanges.Length)].Reply.Text;
            var problem = Damage(user.Text, other);
            var text = Damage(reply.Text, other);
            var steps = SandboxJudge.StepsOf(problem, text);
            Assert.HasCount(SandboxJudge.StepsOf(text).Count, steps);
            Assert.AreEqual(steps.LastOrDefault(step => step.Kind == StepKind.Final)?.Correct == true, SandboxJudge.FinalAnswerIsCorrect(problem, text));
            Assert.AreEqual(SandboxJudge.HasReflection(text), SandboxJudge.HasReflection(text.ToUpperInvariant()));
            Assert.IsTrue(SandboxJudge.Register(text) != Register.Rude || SandboxJudge.IsRude(text));
            _ = SandboxJudge.Topic(text);
        }

        string Damage(string text, string other)
        {
            var at = random.Next(text.Length);
            var noise = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Noise[random.Next(Noise.Length)]));
            return random.Next(3) switch
            {
                0 => text[..at] + noise + text[at..],
                1 => text[..at] + noise + other,
                _ => text[at..] + noise + text,
            };
        }
    }

    [TestMethod]
    [DataRow("Wait, let me check that again.", true)]
    [DataRow("WAIT. Let me check.", true)]
    [DataRow("Wait for the bus and let me know.", false)]
    [DataRow("Hold on, 3 + 4 is 7.", true)]
    public void HasReflection_FindsTheWordsOfLookingAgain(string text, bool reflects) => Assert.AreEqual(reflects, SandboxJudge.HasReflection(text));
}
