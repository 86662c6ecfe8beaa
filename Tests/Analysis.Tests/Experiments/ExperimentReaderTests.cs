using Steering.Analysis.Experiments;
using Steering.Analysis.Judges;

namespace Steering.Tests.Analysis.Experiments;

[TestClass]
public sealed class ExperimentReaderTests
{
    [TestMethod]
    [DataRow("\"seed\": 3", "\"sead\": 3", "sead", "seed")]
    [DataRow("\"seed\": 3", "\"seed\": -1", "seed", "0 to")]
    [DataRow("\"samples\": 1", "\"temperature\": 0, \"samples\": 3", "samples", "all the same")]
    [DataRow("\"kind\": \"words\", \"words\": [\"bad\"]", "\"kind\": \"wrods\", \"words\": [\"bad\"]", "judges[0].kind", "'words'")]
    [DataRow("\"words\": [\"bad\"]", "\"word\": [\"bad\"]", "judges[0]", "unknown field 'word'")]
    [DataRow("\"words\": [\"bad\"]", "\"words\": [7]", "judges[0].words[0]", "expected text")]
    [DataRow("\"words\": [\"bad\"]", "\"threshold\": 1", "judges[0].words", "either 'words'")]
    [DataRow("\"chosenBy\": [\"first\"]", "\"chosenBy\": [\"frist\"]", "chosenBy", "'first'")]
    [DataRow("\"chosenBy\": [\"first\"]", "\"chosenBy\": [\"first\", \"second\"]", "judges", "flatters")]
    [DataRow("\"aim\": \"lower\"", "\"aim\": \"down\"", "judges[1].aim", "lower, raise, keep")]
    [DataRow("\"policies\": [\"calm.json\"]", "\"policies\": []", "policies", "at least one")]
    [DataRow("\"policies\": [\"calm.json\"]", "\"policies\": [\"calm.json\", \"calm.json\"]", "policies", "two policies are called 'calm'")]
    [DataRow("\"model\": \"m\",", "", "model", "missing")]
    [DataRow("\"prompting\": \"Be calm.\"", "\"leaveOut\": [\"ranom\"]", "controls.leaveOut[0]", "'random'")]
    [DataRow("towards.txt", "twoards.txt", "controls.diffMean.towards", "does not exist")]
    [DataRow("\"second\"", "\"first\"", "judges", "two judges are called 'first'")]
    public void ATypo_IsNamed_WithItsPlaceAndWhatIsKnown(string old, string changed, string place, string cure)
    {
        using var folder = new TemporaryFolder();
        ExperimentRunnerTests.Write(folder);
        var file = folder["experiment.json"];
        var text = File.ReadAllText(file);
        Assert.Contains(old, text);
        File.WriteAllText(file, text.Replace(old, changed, StringComparison.Ordinal));
        Refusal.Of(() => ExperimentReader.Read(file, JudgeKinds.All), "experiment.json", place, cure);
    }

    /// <summary>A file of somebody else's must not start programs because it was read.</summary>
    [TestMethod]
    [DataRow("./judge.sh", "judge.sh")]
    [DataRow("python3", "python3")]
    public void AProgram_IsRefusedByName_UntilProgramsAreAllowed(string program, string named)
    {
        using var folder = new TemporaryFolder();
        ExperimentRunnerTests.Write(folder);
        var file = folder["experiment.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"kind\": \"words\", \"words\": [\"bad\"]", $"\"kind\": \"program\", \"program\": \"{program}\"", StringComparison.Ordinal));
        Refusal.Of(() => ExperimentReader.Read(file, JudgeKinds.All), "judges[0].program", named, "--allow-programs", "allowPrograms");
        var judge = ExperimentReader.Read(file, JudgeKinds.All, allowPrograms: true).Judges[0].Judge;
        using (judge as IDisposable)
        {
            Assert.IsInstanceOfType<ProgramJudge>(judge);
        }
    }

    [TestMethod]
    public void ABrokenQuestion_IsNamedByItsLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["q.jsonl"], "{\"question\":\"q\",\"choices\":[\"a\",\"b\"],\"answer\":0}\n{\"question\":\"q\",\"choices\":[\"a\",\"b\"],\"answer\":2}\n");
        Refusal.Of(() => ChoiceQuestion.Read(folder["q.jsonl"]), "q.jsonl:2", "'answer'", "0 to 1");
    }

    [TestMethod]
    public void FewerPrompts_AreDrawnWithTheSeed_InTheFilesOrder()
    {
        using var folder = new TemporaryFolder();
        var experiment = ExperimentRunnerTests.Write(folder);
        string[] Draw(int seed) => [.. ExperimentPrompts.Read(experiment with { Seed = seed, Prompts = experiment.Prompts with { Count = 4 } }, messages => messages[^1].Content).Select(prompt => prompt.User)];

        Assert.AreSequenceEqual(Draw(1), Draw(1));
        Assert.AreSequenceEqual(Draw(1).Order(StringComparer.Ordinal), Draw(1));
        Assert.HasCount(4, Draw(1).Distinct(StringComparer.Ordinal));
        Assert.IsGreaterThan(1, Enumerable.Range(0, 8).Select(seed => string.Join(',', Draw(seed))).Distinct(StringComparer.Ordinal).Count());
        Refusal.Of(() => ExperimentPrompts.Read(experiment with { Prompts = experiment.Prompts with { Count = 11 } }, messages => messages[^1].Content), "holds 10 prompts", "11");
    }
}
