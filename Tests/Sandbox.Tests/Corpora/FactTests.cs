using Steering.Sandbox;
using Steering.Sandbox.Language;

namespace Steering.Tests.Sandbox.Corpora;

[TestClass]
public sealed class FactTests
{
    private static readonly HashSet<string> Names =
        [.. new[] { "people", "pets", "days", "cities" }.SelectMany(list => WorldGrammar.Instance.SmallTalk.Lists[list])];

    [TestMethod]
    public void RecalledFacts_NameNobodyAndNothingThatWasNotStated()
    {
        var recalled = 0;
        foreach (var document in WrittenDocuments.All)
        {
            foreach (var fact in document.Facts.Where(fact => fact.RecalledIn is not null && !IsOpinion(fact)))
            {
                recalled++;
                Assert.AreEqual(TurnRole.User, document.Turns[fact.StatedIn].Role);
                Assert.AreEqual(TurnRole.Assistant, document.Turns[fact.RecalledIn!.Value].Role);
                Assert.IsGreaterThan(fact.StatedIn, fact.RecalledIn.Value);
                var stated = NamesIn(document.Turns[fact.StatedIn].Text);
                var reply = document.Turns[fact.RecalledIn.Value].Text;
                Assert.IsEmpty(NamesIn(reply).Except(stated), document.Text);
                Assert.IsTrue(fact.Values.Values.Any(value => reply.Contains(value, StringComparison.OrdinalIgnoreCase)), document.Text);
            }
        }

        Assert.IsGreaterThan(2000, recalled);
    }

    [TestMethod]
    public void Opinions_AreKeptTo()
    {
        var asked = 0;
        foreach (var document in WrittenDocuments.All)
        {
            foreach (var fact in document.Facts.Where(IsOpinion))
            {
                var likes = fact.Values["likes"] == "yes";
                Assert.AreEqual(!likes, document.Turns[fact.StatedIn].Text.Contains("do not like", StringComparison.Ordinal), document.Text);
                Assert.Contains(fact.Values["things"], document.Turns[fact.StatedIn].Text);
                if (fact.RecalledIn is { } again)
                {
                    asked++;
                    Assert.AreEqual(!likes, document.Turns[again].Text.Contains("do not like", StringComparison.Ordinal), document.Text);
                    Assert.Contains(fact.Values["things"], document.Turns[again].Text);
                }
            }
        }

        Assert.IsGreaterThan(200, asked);
    }

    [TestMethod]
    public void EachFact_IsStatedOnce() =>
        Assert.IsTrue(WrittenDocuments.All.All(document => document.Facts.Select(fact => fact.Key).Distinct(StringComparer.Ordinal).Count() == document.Facts.Count));

    private static bool IsOpinion(Fact fact) => fact.Key.EndsWith(".opinion", StringComparison.Ordinal);

    private static HashSet<string> NamesIn(string text) => [.. text.Split([' ', '.', ',', '?', '!', ':', '\n']).Where(Names.Contains)];
}
