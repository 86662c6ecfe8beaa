using Steering.Sandbox.Language;

namespace Steering.Tests.Sandbox.Language;

[TestClass]
public sealed class TemplateTests
{
    private const string Source = "[a|b [c|d|e]|] {x}[!|?]";

    [TestMethod]
    public void Write_GivesEverySentenceOfTheGrammarWithItsOwnProbability()
    {
        var template = Template.Parse(Source);
        var probabilities = new Dictionary<string, double>(StringComparer.Ordinal);
        const int Draws = 60_000;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (ulong seed = 0; seed < Draws; seed++)
        {
            var choices = new ChoiceStream(seed);
            var text = template.Write(choices, _ => choices.Pick(["1", "2"]));
            counts[text] = counts.GetValueOrDefault(text) + 1;
            probabilities[text] = Math.Exp(-choices.Nats);
        }

        Assert.HasCount(5 * 2 * 2, probabilities);
        Assert.AreEqual(1, probabilities.Values.Sum(), 1e-12, "The probabilities of all sentences add up.");
        foreach (var (text, probability) in probabilities)
        {
            var deviation = Math.Sqrt(probability * (1 - probability) / Draws);
            Assert.AreEqual(probability, counts[text] / (double)Draws, 5 * deviation, text);
        }
    }

    [TestMethod]
    public void Nats_OnAverage_AreTheAnalyticEntropy()
    {
        var template = Template.Parse(Source);
        var analytic = template.Entropy(_ => Math.Log(7));
        var closedForm = Math.Log(3) + (Math.Log(3) / 3) + Math.Log(7) + Math.Log(2);
        Assert.AreEqual(closedForm, analytic, 1e-12);

        const int Draws = 20_000;
        var nats = Enumerable.Range(0, Draws).Select(seed =>
        {
            var choices = new ChoiceStream((ulong)seed);
            template.Write(choices, _ => choices.Pick(["1", "2", "3", "4", "5", "6", "7"]));
            return choices.Nats;
        }).ToArray();
        var spread = Math.Sqrt(nats.Average(value => (value - analytic) * (value - analytic)) / Draws);
        Assert.AreEqual(analytic, nats.Average(), 5 * spread);
    }

    [TestMethod]
    public void Parse_MalformedTemplates_AreRefused()
    {
        foreach (var source in new[] { "[a|b", "a]", "{x", "a|b", "x}" })
        {
            Assert.ThrowsExactly<InvalidDataException>(() => Template.Parse(source), source);
        }
    }
}
