using Steering.Compilation;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Tests.Sdk.Compilation;

[TestClass]
public sealed class ResourcesTests
{
    [TestMethod]
    public void Vector_BesideThePolicy_IsFoundFromThePolicysFolder()
    {
        using var folder = new TemporaryFolder();
        WriteVector(folder["calm.safetensors"]);
        var policy = SteeringPolicy.Create("p").Add(Direction.FromFile("calm.safetensors"), 1);
        policy.Save(folder["p.json"]);
        var compiled = Compile(SteeringPolicy.Load(folder["p.json"]), new SteeringResources());
        CollectionAssert.AreEqual(new[] { "resid_post.3", "resid_post.5" }, compiled.Sites.Select(site => site.Site).ToArray());
        Assert.AreEqual("calm@resid_post.3", compiled.Sites[0].Rows[0].Label);

        var narrowed = Compile(SteeringPolicy.Load(folder["p.json"]) with { Interventions = [policy.Interventions[0] with { Target = Direction.FromFile("calm.safetensors", "resid_post.5") }] }, new SteeringResources());
        Assert.AreEqual("resid_post.5", narrowed.Sites.Single().Site);
        Assert.HasCount(2, Compile(policy, new SteeringResources(folder.Path)).Sites, "A policy made in code starts from the resources' root.");
    }

    [TestMethod]
    public void Path_OutsideTheRoot_IsRefusedUnlessTheRootIsWider()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["policies"]);
        WriteVector(folder["calm.safetensors"]);
        SteeringPolicy.Create("p").Add(Direction.FromFile("../calm.safetensors"), 1).Save(folder["policies", "p.json"]);
        var policy = SteeringPolicy.Load(folder["policies", "p.json"]);
        Refusal.Of(() => Compile(policy, new SteeringResources()), "'../calm.safetensors' lies outside", "the folder from which policies may name files");
        Assert.HasCount(2, Compile(policy, new SteeringResources(folder.Path)).Sites);

        var absolute = policy with { Interventions = [policy.Interventions[0] with { Target = Direction.FromFile(folder["calm.safetensors"]) }] };
        Refusal.Of(() => Compile(absolute, new SteeringResources()), "lies outside");
        Assert.HasCount(2, Compile(absolute, new SteeringResources(folder.Path)).Sites);
    }

    [TestMethod]
    public void Link_ThatLeavesTheRoot_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["policies"]);
        WriteVector(folder["calm.safetensors"]);
        File.CreateSymbolicLink(folder["policies", "link.safetensors"], folder["calm.safetensors"]);
        var policy = SteeringPolicy.Create("p").Add(Direction.FromFile("link.safetensors"), 1) with { Folder = folder["policies"] };
        Refusal.Of(() => Compile(policy, new SteeringResources()), "outside the folder");
    }

    [TestMethod]
    public void File_NamedByAPolicyMadeInCode_NeedsARoot() =>
        Refusal.Of(() => Compile(SteeringPolicy.Create("p").Add(Direction.FromFile("calm.safetensors"), 1), new SteeringResources()), "the policy was made in code and the resources have no root folder");

    [TestMethod]
    public void File_ThatIsMissing_IsRefusedWithItsInterventionAndPath()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => Compile(SteeringPolicy.Create("p").Add(Direction.FromFile("calm.safetensors"), 1, name: "calm"), new SteeringResources(folder.Path)), "Policy 'p' interventions[0] (calm): ", folder["calm.safetensors"], "does not exist");
        Refusal.Of(() => Compile(SteeringPolicy.Create("p").WithSae("main", "sae").Scale(Feature.Of(1), 0), new SteeringResources(folder.Path)), "Policy 'p' interventions[0] (scale sae#1): ", "sae");
    }

    [TestMethod]
    public void Vector_AtASiteThatTheFileDoesNotHold_IsRefusedWithItsSites()
    {
        using var folder = new TemporaryFolder();
        WriteVector(folder["calm.safetensors"]);
        Refusal.Of(
            () => Compile(SteeringPolicy.Create("p").Add(Direction.FromFile("calm.safetensors", "resid_post.0"), 1), new SteeringResources(folder.Path)),
            "calm.safetensors holds no direction for resid_post.0; it holds resid_post.3, resid_post.5.");
        Refusal.Of(
            () => Compile(SteeringPolicy.Create("p").Ablate(Direction.FromFile("calm.safetensors"), Gate.Token(Direction.FromFile("calm.safetensors"), 0)), new SteeringResources(folder.Path)),
            "a gate looks at one direction, but calm.safetensors holds 2; name one with 'site'.");
    }

    [TestMethod]
    public void Vector_OfAnotherModel_IsRefusedUnlessAllowed()
    {
        using var folder = new TemporaryFolder();
        WriteVector(folder["calm.safetensors"], "gpt2");
        var policy = SteeringPolicy.Create("p").Add(Direction.FromFile("calm.safetensors"), 1);
        Refusal.Of(() => Compile(policy, new SteeringResources(folder.Path)), "was made for another model: for 'gpt2', but this model is 'tiny'");
        Assert.HasCount(2, Compile(policy, new SteeringResources(folder.Path) { AllowOtherModel = true }).Sites);
    }

    [TestMethod]
    public void Registered_SaesAndCallbacks_AreListedInOrder()
    {
        var sae = new TestSae(Steering.Saes.SaeArchitecture.Standard).Sae;
        var resources = new SteeringResources().AddSae("b", sae).AddSae("a", sae).AddCallback("night").AddCallback("day").AddCallback("day");
        CollectionAssert.AreEqual(new[] { "a", "b" }, resources.SaeIds.ToArray());
        CollectionAssert.AreEqual(new[] { "day", "night" }, resources.Callbacks.ToArray());
    }

    [TestMethod]
    public void RegisteredSae_WithTheIdOfAPolicysPath_TakesItsPlace()
    {
        var sae = new TestSae(Steering.Saes.SaeArchitecture.Standard).Sae;
        var policy = SteeringPolicy.Create("p").WithSae("main", "there/is/no/such/folder").Scale(Feature.Of("main", 1), 0);
        Assert.HasCount(1, Compile(policy, new SteeringResources().AddSae("main", sae)).Sites);
    }

    private static CompiledPolicy Compile(SteeringPolicy policy, SteeringResources resources) => new PolicyCompiler(TestData.Manifest, resources).Compile(policy);

    private static void WriteVector(string path, string? model = null) => VectorFile.Save(path, new SteeringVectorSet
    {
        Source = path,
        ModelName = model,
        Vectors = [.. new[] { 3, 5 }.Select(block => new SteeringVector($"resid_post.{block}", TestData.Normal(new Random(block), TestSae.Width, 1)))],
    });
}
