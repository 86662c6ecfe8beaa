using Steering.Analysis.Concepts;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Selection;
using Steering.Concepts;
using Steering.Tests.Analysis.Concepts;
using Steering.Tests.Analysis.Evaluation;

namespace Steering.Tests.Analysis.Selection;

[TestClass]
public sealed class MatchedLatentsTests
{
    [TestMethod]
    public void Draw_GivesOthersThatFireAsOften_EachOnce()
    {
        const int Latents = 200;
        var statistics = Measure(Latents, text => latent => text < latent + 1);
        int[] chosen = [10, 100, 190];
        var others = MatchedLatents.Draw(statistics, TestSae.Random(Latents, 4, 1), chosen, seed: 7);
        Assert.HasCount(3, others.Distinct());
        Assert.IsEmpty(others.Intersect(chosen));
        foreach (var (latent, other) in chosen.Zip(others))
        {
            // Latent j fires on j + 1 observations, so the nearest are its neighbours, give or take those taken.
            var (rate, drawn) = (Fired(latent), Fired(other));
            var nearer = Enumerable.Range(0, Latents).Count(candidate => candidate != latent && Math.Abs(Math.Log(Fired(candidate) / rate)) < Math.Abs(Math.Log(drawn / rate)));
            Assert.IsLessThan(RandomFeatureControl.Neighbours + 3, nearer);
        }

        Assert.AreSequenceEqual(others, MatchedLatents.Draw(statistics, TestSae.Random(Latents, 4, 1), chosen, seed: 7));
        double Fired(int latent) => statistics.Active(latent, 0) + statistics.Active(latent, 1);
    }

    [TestMethod]
    public void WithoutOthers_IsRefused()
    {
        var statistics = Measure(2, _ => _ => true);
        Refusal.Of(() => MatchedLatents.Draw(statistics, TestSae.Random(2, 4, 1), [0, 1], seed: 0), "0 other features", "2 are needed");
    }

    private static ConceptStatistics Measure(int latents, Func<int, Func<int, bool>> fires)
    {
        var accumulator = new ConceptAccumulator(latents, ["a", "b"]);
        for (var text = 0; text < Math.Max(latents, 4); text++)
        {
            int[] active = [.. Enumerable.Range(0, latents).Where(latent => fires(text)(latent))];
            accumulator.Add([text % 2], active, [.. active.Select(_ => 1f)]);
        }

        return accumulator.ToStatistics(ConceptCase.Origin);
    }
}
