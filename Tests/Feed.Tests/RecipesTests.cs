using System.Xml.Linq;
using Steering.Feed;

namespace Steering.Tests.Feed;

[TestClass]
public sealed class RecipesTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void EveryRecipe_HasTheVersionThatTheProjectsAskFor(bool gpu)
    {
        var central = CentralVersions(gpu);

        foreach (var recipe in gpu ? Recipes.Gpu : Recipes.Cpu)
        {
            // The package of one platform is asked for by the package above it, not by a project.
            if (!recipe.Id.EndsWith(".Gpu.Linux", StringComparison.Ordinal))
            {
                Assert.AreEqual(central[recipe.Id], recipe.Version, $"{recipe.Id}: Directory.Packages.props and Feed/Recipes.cs name different versions.");
            }
        }
    }

    [TestMethod]
    public void EveryDependency_IsMadeOrCentrallyKnown()
    {
        foreach (var gpu in new[] { false, true })
        {
            var recipes = gpu ? Recipes.Gpu : Recipes.Cpu;
            var central = CentralVersions(gpu);
            foreach (var dependency in recipes.SelectMany(recipe => recipe.Dependencies))
            {
                var asked = recipes.FirstOrDefault(recipe => string.Equals(recipe.Id, dependency.Id, StringComparison.Ordinal))?.Version ?? central[dependency.Id];
                Assert.IsGreaterThanOrEqualTo(Version.Parse(dependency.Version), Version.Parse(asked), $"{dependency.Id} is asked for in a lower version than the made package needs.");
            }
        }
    }

    [TestMethod]
    public void EveryPin_IsASha512()
    {
        foreach (var input in Recipes.Cpu.Concat(Recipes.Gpu).SelectMany(recipe => recipe.Inputs).Distinct())
        {
            Assert.HasCount(64, Convert.FromBase64String(input.Sha512), input.ToString());
        }
    }

    private static Dictionary<string, string> CentralVersions(bool gpu)
    {
        var root = XDocument.Load(Path.Combine(OracleFolder.RepositoryRoot, "Directory.Packages.props")).Root!;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.Elements("PropertyGroup").Elements())
        {
            if (property.Attribute("Condition") is null || gpu)
            {
                properties[property.Name.LocalName] = property.Value;
            }
        }

        return root.Elements("ItemGroup").Elements("PackageVersion").ToDictionary(
            item => (string)item.Attribute("Include")!,
            item => properties.Aggregate((string)item.Attribute("Version")!, (text, pair) => text.Replace($"$({pair.Key})", pair.Value, StringComparison.Ordinal)),
            StringComparer.Ordinal);
    }
}
