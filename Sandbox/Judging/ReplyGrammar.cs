using Steering.Sandbox.Language;
using Steering.Sandbox.Language.Arithmetic;
using Steering.Sandbox.Language.Conversation;

namespace Steering.Sandbox.Judging;

/// <summary>Recognises the replies that the grammar can write, whatever facts and numbers they state.</summary>
internal sealed class ReplyGrammar
{
    private static readonly Lazy<ReplyGrammar> Shared = new(() => new ReplyGrammar(WorldGrammar.Instance));

    private readonly RegisterGrammar[] _registers;
    private readonly (Template Template, Dictionary<string, string[]> Slots)[] _answers;
    private readonly Dictionary<string, string[]> _things;
    private readonly Dictionary<string, string[]> _counted;

    private ReplyGrammar(WorldGrammar world)
    {
        TopicGrammar[] topics = [world.SmallTalk, .. world.Topics];
        string[] nouns = [.. topics.SelectMany(topic => topic.Nouns).Select(noun => noun.Many).Distinct(StringComparer.Ordinal)];
        _registers = [.. Enum.GetValues<Register>().Select(register => world[register])];
        _things = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["things"] = nouns };
        _counted = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["person"] = [.. world.People],
            ["items"] = [.. topics.SelectMany(topic => topic.Items).Distinct(StringComparer.Ordinal)],
            ["many"] = [.. topics.SelectMany(topic => topic.Containers).Concat(ProblemWriter.UsualContainers).Select(container => container.Many).Distinct(StringComparer.Ordinal)],
        };
        _answers =
        [
            .. topics.SelectMany(topic => topic.Frames.Concat(topic.Tables).Concat(topic.Talks))
                .SelectMany(block => block.React.Concat(block.Answer).Select(template => (template, Values(block)))),
            (OpinionPhrases.Likes, _things),
            (OpinionPhrases.Dislikes, _things),
            (OpinionPhrases.StillLikes, _things),
            (OpinionPhrases.StillDislikes, _things),
        ];
    }

    public static ReplyGrammar Instance => Shared.Value;

    /// <summary>
    /// An opening, an answer of any topic, a comment and a closing with blanks between them, the three around the answer of
    /// one register and only the answer always there; outside the neutral register at least one of the three.
    /// </summary>
    public bool IsTalk(string reply)
    {
        var text = new TextReading(reply);
        var answered = new Dictionary<int, int[]>();
        return Array.Exists(_registers, register =>
        {
            int[] opened = [.. All(register.Open, text, 0, _things).Select(end => text.After(end, " ")).Where(at => at > 0)];
            return HasBody(text, register, Answers(0), mayEnd: register.Name == "neutral")
                || HasBody(text, register, opened.SelectMany(Answers), mayEnd: true);
        });

        int[] Answers(int at)
        {
            if (!answered.TryGetValue(at, out var ends))
            {
                ends = [.. _answers.SelectMany(answer => Ends(answer.Template, text, at, answer.Slots)).Distinct()];
                answered.Add(at, ends);
            }

            return ends;
        }
    }

    /// <summary>
    /// Steps with blank lines between them: perhaps an opening, perhaps what is given, calculations and second looks, the
    /// answer, perhaps a closing. Opening and closing are of one register; outside the neutral one at least one is there.
    /// </summary>
    public bool IsSolution(string reply)
    {
        var parts = reply.Split("\n\n").Select(part => new TextReading(part)).ToArray();
        return Array.Exists(_registers, register =>
        {
            var opened = Is(parts[0], register.Open);
            var closed = Is(parts[^1], register.Close);
            return (register.Name == "neutral" && AreSteps(parts))
                || (opened && AreSteps(parts[1..]))
                || (closed && AreSteps(parts[..^1]))
                || (opened && closed && parts.Length > 1 && AreSteps(parts[1..^1]));
        });
    }

    private bool HasBody(TextReading text, RegisterGrammar register, IEnumerable<int> answers, bool mayEnd)
    {
        foreach (var answer in answers)
        {
            int[] comments = [.. All(register.Comment, text, text.After(answer, " "), _things)];
            if ((mayEnd && answer == text.Length)
                || comments.Contains(text.Length)
                || comments.Append(answer).Any(end => All(register.Close, text, text.After(end, " "), _things).Contains(text.Length)))
            {
                return true;
            }
        }

        return false;
    }

    private bool AreSteps(TextReading[] parts)
    {
        if (parts.Length < 2 || !Is(parts[^1], [SolutionPhrases.Final]))
        {
            return false;
        }

        var first = Is(parts[0], [SolutionPhrases.Setup, SolutionPhrases.SetupGroups]) ? 1 : 0;
        return parts.Length > first + 1
            && IsCalculation(parts[first])
            && Array.TrueForAll(parts[(first + 1)..^1], part => IsCalculation(part) || IsLook(part, SolutionPhrases.Look, [SolutionPhrases.Mend, SolutionPhrases.Confirm]) || IsLook(part, SolutionPhrases.Other, [SolutionPhrases.Again]));
    }

    private bool IsCalculation(TextReading part) => Is(part, [SolutionPhrases.Plus, SolutionPhrases.Minus, SolutionPhrases.Times, SolutionPhrases.Divide]);

    private bool IsLook(TextReading part, Template lead, List<Template> bodies) =>
        Ends(lead, part, 0, _counted).Any(end => All(bodies, part, part.After(end, " "), _counted).Contains(part.Length));

    private bool Is(TextReading part, List<Template> templates) => All(templates, part, 0, _counted).Contains(part.Length);

    private static IEnumerable<int> All(List<Template> templates, TextReading text, int at, Dictionary<string, string[]> slots) =>
        at < 0 || at >= text.Length ? [] : templates.SelectMany(template => Ends(template, text, at, slots));

    private static IReadOnlyList<int> Ends(Template template, TextReading text, int at, Dictionary<string, string[]> slots) =>
        template.Ends(text, at, (slot, from) => slots.TryGetValue(slot, out var values)
            ? values.Select(value => text.After(from, value))
            : slot == "equation" ? Equations(text, from) : [text.AfterNumber(from)]);

    /// <summary>One equation, or several with "and" between them.</summary>
    private static IEnumerable<int> Equations(TextReading text, int at)
    {
        while (at >= 0 && text.AfterEquation(at) is >= 0 and var end)
        {
            yield return end;
            at = text.After(end, " and ");
        }
    }

    private static Dictionary<string, string[]> Values(SpeechBlock block)
    {
        var values = block.Slots.ToDictionary(slot => slot.Key, slot => slot.Value.ToArray(), StringComparer.Ordinal);
        for (var column = 0; block.Rows.Count > 0 && column < block.Rows[0].Length; column++)
        {
            values[(column + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)] = [.. block.Rows.Select(row => row[column]).Distinct(StringComparer.Ordinal)];
        }

        return values;
    }
}
