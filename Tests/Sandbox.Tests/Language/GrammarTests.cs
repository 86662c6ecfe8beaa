using Steering.Sandbox;
using Steering.Sandbox.Judging;
using Steering.Sandbox.Language;

namespace Steering.Tests.Sandbox.Language;

[TestClass]
public sealed class GrammarTests
{
    private static readonly WorldGrammar World = WorldGrammar.Instance;

    [TestMethod]
    public void Topics_HaveDistinctWords()
    {
        foreach (var one in World.Topics)
        {
            foreach (var other in World.Topics.Where(other => other != one))
            {
                Assert.IsEmpty(one.Words.Intersect(other.Words, StringComparer.Ordinal), $"{one.Topic} and {other.Topic}");
            }
        }
    }

    [TestMethod]
    public void Blocks_SpeakOfTheirTopicInEverySentencePair()
    {
        var problems = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var topic in World.Topics.Append(World.SmallTalk))
        {
            foreach (var block in topic.Frames.Concat(topic.Tables).Concat(topic.Talks))
            {
                foreach (var lines in new[] { block.Say, block.React, block.Ask, block.Answer })
                {
                    foreach (var line in lines)
                    {
                        Inspect(topic, block, line, problems);
                    }
                }
            }
        }

        Assert.IsEmpty(problems, string.Join('\n', problems));
    }

    [TestMethod]
    public void Answers_RepeatOnlyWhatEveryStatementSays()
    {
        foreach (var frame in World.Topics.Append(World.SmallTalk).SelectMany(topic => topic.Frames))
        {
            foreach (var slot in frame.Answer.Concat(frame.Ask).SelectMany(line => line.Slots()).Distinct(StringComparer.Ordinal))
            {
                Assert.IsTrue(frame.Say.TrueForAll(say => say.RequiredSlots().Contains(slot)), $"{frame.Name}: {slot} is not in every statement.");
            }
        }
    }

    [TestMethod]
    public void Registers_ShowTheirOwnMarkersAndNoOthersInEveryLine()
    {
        foreach (var register in Enum.GetValues<Register>())
        {
            var grammar = World[register];
            foreach (var line in grammar.User.Concat(grammar.Open).Concat(grammar.Comment).Concat(grammar.Close))
            {
                for (ulong seed = 0; seed < 30; seed++)
                {
                    var text = Spelling.Tidy(line.Write(new ChoiceStream(seed), _ => "things"));
                    Assert.AreEqual(register, SandboxJudge.Register(text), text);
                    Assert.IsNull(SandboxJudge.Topic(text), text);
                    Assert.IsFalse(SandboxJudge.HasReflection(text), text);
                }
            }
        }
    }

    [TestMethod]
    public void Rudeness_IsAboutTheOneSpokenTo()
    {
        string[] groups =
        [
            "people", "women", "men", "woman", "man", "girls", "boys", "children", "foreigners", "immigrants", "race", "religion", "nation",
            "country", "poor", "old", "young", "fat", "ugly", "sick", "disabled", "christian", "muslim", "jew", "gay", "they",
        ];
        var rude = World[Register.Rude];
        foreach (var line in rude.User.Concat(rude.Open).Concat(rude.Comment).Concat(rude.Close))
        {
            Assert.IsEmpty(WordSplitter.Words(line.Source).Intersect(groups, StringComparer.Ordinal), line.Source);
        }
    }

    [TestMethod]
    public void Items_AreNounsOfTheirTopic()
    {
        foreach (var topic in World.Topics)
        {
            Assert.IsNotEmpty(topic.Items);
            Assert.IsEmpty(topic.Items.Except(topic.Nouns.Select(noun => noun.Many), StringComparer.Ordinal), $"{topic.Topic}");
        }
    }

    private static void Inspect(TopicGrammar topic, SpeechBlock block, Template line, SortedSet<string> problems)
    {
        foreach (var row in block.Rows.DefaultIfEmpty([]))
        {
            for (ulong seed = 0; seed < 60; seed++)
            {
                var choices = new ChoiceStream(seed);
                var values = new SlotValues(block.Slots, choices);
                for (var i = 0; i < row.Length; i++)
                {
                    values.Set($"{i + 1}", row[i]);
                }

                var text = Spelling.Tidy(line.Write(choices, slot => values[slot]));
                var found = SandboxJudge.Topic(text);
                if (found != topic.Topic || SandboxJudge.Register(text) != Register.Neutral || SandboxJudge.HasReflection(text) || text.Any(char.IsAsciiDigit))
                {
                    problems.Add($"{topic.Topic}.{block.Name}: {line.Source} [{found}, {SandboxJudge.Register(text)}]");
                }
            }
        }
    }
}
