using System.Globalization;

namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>Writes word problems of one to four calculations with numbers below a hundred.</summary>
internal sealed class ProblemWriter
{
    private const int Largest = 99;

    internal static (string One, string Many)[] UsualContainers { get; } = [("box", "boxes"), ("bag", "bags"), ("basket", "baskets")];

    private static readonly Template Has = Template.Parse("{person} [has|owns|starts with] {n} {items}.");
    private static readonly Template Groups = Template.Parse("{person} has {n} {many} with {m} {items} in each {one}.");
    private static readonly Template Gains = Template.Parse(
        "[[Then |Later |]{person} [buys|finds|gets] {n} more[| {items}].|[Then |Later |]{other} gives {person} {n} more[| {items}].]");

    private static readonly Template Losses = Template.Parse(
        "[[Then |Later |]{person} [gives|sells] {n} {items} to {other}.|[Then |Later |]{person} loses {n} [{items}|of them].|[Then |After that |]{person} gives {n} away.]");

    private static readonly Template Shares = Template.Parse(
        "[{person} shares all {items} equally among {n} [neighbours|guests|children].|{person} puts the same number of {items} into {n} {many}.]");

    private static readonly Template Compares = Template.Parse("{other} has {n} {compare} {items} than {person}.");
    private static readonly Template AskNow = Template.Parse("How many {items} does {person} have [now|in the end|at the end]?");
    private static readonly Template AskGroups = Template.Parse("How many {items} [are there|does {person} have][| in total]?");
    private static readonly Template AskShare = Template.Parse("How many {items} are in each part?");
    private static readonly Template AskTogether = Template.Parse("How many {items} do they have together?");

    private readonly ChoiceStream _choices;
    private readonly string _item;
    private readonly string _person;
    private readonly IReadOnlyList<string> _people;
    private readonly IReadOnlyList<(string One, string Many)> _containers;
    private string? _other;
    private (string One, string Many)? _container;
    private readonly List<string> _sentences = [];
    private readonly List<ProblemStage> _stages = [];
    private int _start;

    private ProblemWriter(ChoiceStream choices, TopicGrammar topic, IReadOnlyList<string> people)
    {
        _choices = choices;
        _item = choices.Pick(topic.Items);
        _containers = topic.Containers.Count > 0 ? topic.Containers : UsualContainers;
        _person = choices.Pick(people);
        _people = people;
    }

    private string Other => _other ??= _choices.Pick([.. _people.Where(name => name != _person)]);

    private (string One, string Many) Container => _container ??= _choices.Pick(_containers);

    private int Value => _stages.Count == 0 ? _start : _stages[^1].Result;

    public static ProblemText Write(ChoiceStream choices, TopicGrammar topic, IReadOnlyList<string> people)
    {
        var writer = new ProblemWriter(choices, topic, people);
        var question = choices.Weighted([5, 2, 2, 1.5, 1.5]) switch
        {
            0 => writer.StartWithOne().Change(writer.Length()).Ask(AskNow),
            1 => writer.StartWithGroups().Ask(AskGroups),
            2 => writer.StartWithGroups().Change(choices.Between(1, 2)).Ask(AskNow),
            3 => writer.StartWithShare(),
            _ => writer.StartWithOne().Compare(),
        };
        var text = Spelling.Tidy(string.Join(' ', writer._sentences) + " " + question);
        return new ProblemText(text, new WordProblem(writer._start, writer._stages), writer._item, writer._person, writer._container?.Many);
    }

    private int Length() => 1 + _choices.Weighted([3, 4, 2]);

    private ProblemWriter StartWithOne()
    {
        _start = _choices.Between(2, 30);
        Say(Has, _start);
        return this;
    }

    private ProblemWriter StartWithGroups()
    {
        _start = _choices.Between(2, 9);
        var each = _choices.Between(2, 9);
        Add('x', each);
        Say(Groups, _start, each);
        return this;
    }

    private ProblemWriter Change(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var gain = Value < 4 || (Value <= Largest - 20 && _choices.Chance(0.5));
            var amount = gain ? _choices.Between(2, 20) : _choices.Between(2, Math.Min(20, Value - 1));
            Add(gain ? '+' : '-', amount);
            Say(gain ? Gains : Losses, amount);
        }

        return this;
    }

    private string StartWithShare()
    {
        var parts = _choices.Between(2, 9);
        _start = parts * _choices.Between(2, 9);
        Say(Has, _start);
        Add('/', parts);
        Say(Shares, parts);
        return Ask(AskShare);
    }

    private string Compare()
    {
        var more = _start < 4 || _choices.Chance(0.5);
        var difference = _choices.Between(2, more ? 15 : Math.Min(15, _start - 1));
        Add(more ? '+' : '-', difference);
        Say(Compares, difference, compare: more ? "more" : "fewer");
        Add('+', _start);
        return Ask(AskTogether);
    }

    private void Add(char operation, int right) =>
        _stages.Add(new ProblemStage(Value, operation, right, ProblemStage.Calculate(Value, operation, right)!.Value));

    private string Ask(Template question) => question.Write(_choices, slot => Slot(slot, 0, 0, ""));

    private void Say(Template template, int n, int m = 0, string compare = "") =>
        _sentences.Add(template.Write(_choices, slot => Slot(slot, n, m, compare)));

    private string Slot(string slot, int n, int m, string compare) => slot switch
    {
        "person" => _person,
        "other" => Other,
        "items" => _item,
        "one" => Container.One,
        "many" => Container.Many,
        "compare" => compare,
        "n" => n.ToString(CultureInfo.InvariantCulture),
        "m" => m.ToString(CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A word problem has no slot '{slot}'."),
    };
}
