using System.Text;

namespace Steering.Sandbox.Language;

/// <summary>
/// A sentence with alternatives, <c>[one|other]</c> (equally likely, may be empty, may be nested), and slots, <c>{name}</c>.
/// </summary>
internal sealed class Template
{
    private readonly Node[] _nodes;

    private Template(string source, Node[] nodes) => (Source, _nodes) = (source, nodes);

    public string Source { get; }

    public static Template Parse(string source)
    {
        var at = 0;
        var nodes = ParseSequence(source, ref at, nested: false);
        return new Template(source, nodes);
    }

    /// <summary>Writes one sentence; <paramref name="slot"/> is asked for each slot on the way, in order.</summary>
    public string Write(ChoiceStream choices, Func<string, string> slot)
    {
        var text = new StringBuilder();
        Write(_nodes, text, choices, slot);
        return text.ToString();
    }

    /// <summary>The exact entropy of <see cref="Write(ChoiceStream, Func{string, string})"/> in nats, given the entropy of each slot's value.</summary>
    public double Entropy(Func<string, double> slot) => Entropy(_nodes, slot);

    /// <summary>The places to which one of the template's sentences reaches from a place in a text; none where none stands there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the sentence begins.</param>
    /// <param name="slot">The places to which a slot's value reaches from a place.</param>
    public IReadOnlyList<int> Ends(TextReading text, int at, Func<string, int, IEnumerable<int>> slot) => Ends(_nodes, text, [at], slot);

    public IEnumerable<string> Slots() => Slots(_nodes);

    /// <summary>The slots that every sentence of the template fills.</summary>
    public HashSet<string> RequiredSlots() => RequiredSlots(_nodes);

    private static IEnumerable<string> Slots(IEnumerable<Node> nodes) => nodes.SelectMany(node => node switch
    {
        Slot slot => [slot.Name],
        Choice choice => choice.Options.SelectMany(Slots),
        _ => Enumerable.Empty<string>(),
    });

    private static HashSet<string> RequiredSlots(IEnumerable<Node> nodes)
    {
        var required = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node is Slot slot)
            {
                required.Add(slot.Name);
            }
            else if (node is Choice choice)
            {
                var inAll = RequiredSlots(choice.Options[0]);
                foreach (var option in choice.Options)
                {
                    inAll.IntersectWith(RequiredSlots(option));
                }

                required.UnionWith(inAll);
            }
        }

        return required;
    }

    private static void Write(Node[] nodes, StringBuilder text, ChoiceStream choices, Func<string, string> slot)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case Words words:
                    text.Append(words.Text);
                    break;
                case Slot named:
                    text.Append(slot(named.Name));
                    break;
                case Choice choice:
                    Write(choices.Pick(choice.Options), text, choices, slot);
                    break;
            }
        }
    }

    private static List<int> Ends(Node[] nodes, TextReading text, List<int> places, Func<string, int, IEnumerable<int>> slot)
    {
        foreach (var node in nodes)
        {
            var next = new List<int>(places.Count);
            foreach (var at in places)
            {
                switch (node)
                {
                    case Words words:
                        Add(text.After(at, words.Text));
                        break;
                    case Slot named:
                        foreach (var end in slot(named.Name, at))
                        {
                            Add(end);
                        }

                        break;
                    case Choice choice:
                        foreach (var end in choice.Options.SelectMany(option => Ends(option, text, [at], slot)))
                        {
                            Add(end);
                        }

                        break;
                }
            }

            if (next.Count == 0)
            {
                return next;
            }

            places = next;

            void Add(int end)
            {
                if (end >= 0 && !next.Contains(end))
                {
                    next.Add(end);
                }
            }
        }

        return places;
    }

    private static double Entropy(Node[] nodes, Func<string, double> slot) => nodes.Sum(node => node switch
    {
        Slot named => slot(named.Name),
        Choice choice => Math.Log(choice.Options.Length) + choice.Options.Average(option => Entropy(option, slot)),
        _ => 0,
    });

    private static Node[] ParseSequence(string source, ref int at, bool nested)
    {
        var nodes = new List<Node>();
        while (at < source.Length)
        {
            var next = source.AsSpan(at).IndexOfAny("[]{}|");
            var end = next < 0 ? source.Length : at + next;
            if (end > at)
            {
                nodes.Add(new Words(source[at..end]));
                at = end;
                continue;
            }

            if (source[at] is '|' or ']')
            {
                return nested ? [.. nodes] : throw Malformed(source, at);
            }

            nodes.Add(source[at] switch
            {
                '{' => ParseSlot(source, ref at),
                '[' => ParseChoice(source, ref at),
                _ => throw Malformed(source, at),
            });
        }

        return nested ? throw Malformed(source, at) : [.. nodes];
    }

    private static Slot ParseSlot(string source, ref int at)
    {
        var end = source.IndexOf('}', at);
        if (end < 0)
        {
            throw Malformed(source, at);
        }

        var name = source[(at + 1)..end];
        at = end + 1;
        return new Slot(name);
    }

    private static Choice ParseChoice(string source, ref int at)
    {
        var options = new List<Node[]>();
        do
        {
            at++;
            options.Add(ParseSequence(source, ref at, nested: true));
        }
        while (source[at] == '|');

        at++;
        return new Choice([.. options]);
    }

    private static InvalidDataException Malformed(string source, int at) =>
        new($"The template '{source}' is malformed at character {at}.");

    private abstract record Node;

    private sealed record Words(string Text) : Node;

    private sealed record Slot(string Name) : Node;

    private sealed record Choice(Node[][] Options) : Node;
}
