using Steering.Policies;

namespace Steering.Tests.Sdk.Policies;

[TestClass]
public sealed class PolicyFileTests
{
    [TestMethod]
    public void Save_ThenLoad_GivesThePolicyAndItsFolder()
    {
        using var folder = new TemporaryFolder();
        var policy = SteeringPolicy.Create("calm").WithSae("main", "saes/l15").Clamp(Feature.Of("main", 3), 2);
        policy.Save(folder["calm.json"]);
        var loaded = SteeringPolicy.Load(folder["calm.json"]);
        Assert.AreEqual(policy, loaded);
        Assert.AreEqual(folder.Path, loaded.Folder);
        CollectionAssert.AreEqual(new[] { "calm.json" }, Directory.GetFiles(folder.Path).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void Save_IntoAnotherFolder_KeepsPointingAtTheSameFiles()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);
        Directory.CreateDirectory(folder["b", "c"]);
        SteeringPolicy.Create("p")
            .WithSae("main", "saes/l15", "resid_post.15")
            .Add(Direction.FromFile("calm.gguf"), 1, gate: Gate.Prompt(Direction.FromFile("../probe.safetensors"), 0.5f))
            .Save(folder["a", "p.json"]);
        SteeringPolicy.Load(folder["a", "p.json"]).Save(folder["b", "c", "p.json"]);
        var moved = SteeringPolicy.Load(folder["b", "c", "p.json"]);
        Assert.AreEqual(new SaeReference("../../a/saes/l15", "resid_post.15"), moved.Saes["main"]);
        Assert.AreEqual("../../a/calm.gguf", ((DirectionTarget)moved.Interventions[0].Target).Vector);
        Assert.AreEqual("../../probe.safetensors", ((DirectionTarget)((PromptGate)moved.Interventions[0].Gate).Target).Vector);
    }

    [TestMethod]
    public void Save_OfAnInvalidPolicy_LeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        SteeringPolicy.Create("old").Save(folder["p.json"]);
        Refusal.Of(() => SteeringPolicy.Create("new").Add(Feature.Of(1), float.NaN).Save(folder["p.json"]), "interventions[0].value: NaN");
        Assert.AreEqual("old", SteeringPolicy.Load(folder["p.json"]).Name);
    }

    [TestMethod]
    public void Load_OfWhatIsNoPolicy_IsRefusedWithTheFile()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => SteeringPolicy.Load(folder["missing.json"]), "missing.json", "does not exist");
        Refusal.Of(() => SteeringPolicy.Load(folder.Write("broken.json", "{"u8)), "Cannot read the policy file", "broken.json", "not strict JSON");
        Refusal.Of(() => SteeringPolicy.Load(folder.Write("wrong.json", """{ "version": 1 }"""u8)), "The policy file", "wrong.json is not valid.", "'name' is missing");
        using (var stream = File.Create(folder["large.json"]))
        {
            stream.SetLength(SteeringPolicy.MaximumBytes + 1);
        }

        Refusal.Of(() => SteeringPolicy.Load(folder["large.json"]), "large.json", "16777217");
    }
}
