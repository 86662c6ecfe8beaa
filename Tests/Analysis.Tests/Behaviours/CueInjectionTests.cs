using Steering.Analysis.Behaviours;
using Steering.Analysis.Statistics;

namespace Steering.Tests.Analysis.Behaviours;

[TestClass]
public sealed class CueInjectionTests
{
    private const string Text = "The cat sat down. It was late. Then it slept. Nobody came.";

    [TestMethod]
    public void Words_GoToTheBeginningsOfSentences_AndOthersToTheSamePlaces()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var cued = CueInjection.Inject(Text, ["wait", "hmm"], 2, seed);
            var neutral = CueInjection.Inject(Text, ["wool", "ham"], 2, seed);
            Assert.AreEqual(Text, cued.Replace("Wait, ", string.Empty, StringComparison.Ordinal).Replace("Hmm, ", string.Empty, StringComparison.Ordinal));
            Assert.AreEqual(2, StepWords.Parse(["cue=wait,hmm"]).Count(cued));
            Assert.AreEqual(neutral, cued.Replace("Wait, ", "Wool, ", StringComparison.Ordinal).Replace("Hmm, ", "Ham, ", StringComparison.Ordinal));
            foreach (var (start, _, _) in StepWords.Parse(["cue=wait,hmm"]).Matches(cued))
            {
                Assert.IsTrue(start == 0 || cued[start - 2] == '.', cued);
            }
        }
    }

    [TestMethod]
    public void ShortTexts_TakeWordsBetweenWords_AndAsManyAsTheyHavePlaces()
    {
        Assert.AreEqual(2, StepWords.Parse(["cue=wait"]).Count(CueInjection.Inject("a b", ["wait"], 5, 1)));
        Assert.AreEqual(Text, CueInjection.Inject(Text, ["wait"], 0, 1));
        Assert.AreEqual(string.Empty, CueInjection.Inject(string.Empty, ["wait"], 3, 1));
    }

    [TestMethod]
    [DataRow(5, 90, 0.8, 0.30, CueVerdict.OnlyCues, DisplayName = "fires on cues, finds nothing without them")]
    [DataRow(5, 90, 0.8, 0.60, CueVerdict.CuesSuffice, DisplayName = "fires on cues, finds steps without them too")]
    [DataRow(5, 90, null, null, CueVerdict.OnlyCues, DisplayName = "fires on cues, no step without them")]
    [DataRow(5, 8, 0.8, 0.60, CueVerdict.NotExplained, DisplayName = "hardly fires on cues")]
    [DataRow(90, 91, 0.8, 0.30, CueVerdict.NotExplained, DisplayName = "fires on plain text anyway")]
    public void Verdict_FollowsTheRule(int plain, int cued, double? area, double? low, CueVerdict verdict)
    {
        double[] Hits(int count) => [.. Enumerable.Range(0, 100).Select(index => index < count ? 1.0 : 0.0)];
        var test = new LatentCueTest
        {
            Latent = 1,
            Group = CueGroup.Behaviour,
            Threshold = 0.5,
            StepsWith = RateEstimate.Of(new Rate(50, 100)),
            StepsWithout = RateEstimate.Of(new Rate(10, 100)),
            Plain = RateEstimate.Of(new Rate(plain, 100)),
            WithCues = RateEstimate.Of(new Rate(cued, 100)),
            WithNeutral = RateEstimate.Of(new Rate(plain, 100)),
            Rise = PairedBootstrap.MeanDifference(Hits(cued), Hits(plain), seed: 1, resamples: 500),
            CuelessArea = area,
            CuelessInterval = low is { } limit ? new Interval(limit, 0.95) : null,
            ActivePer1000 = (0, 0, 0, 0),
        };
        Assert.AreEqual(verdict, test.Verdict);
    }
}
