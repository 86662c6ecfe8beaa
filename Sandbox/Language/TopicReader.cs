namespace Steering.Sandbox.Language;

/// <summary>Reads one topic's grammar file.</summary>
internal static class TopicReader
{
    public static TopicGrammar Read(string file, Topic? topic, IReadOnlyDictionary<string, IReadOnlyList<string>>? lists = null)
    {
        var grammar = new TopicGrammar(topic);
        lists ??= grammar.Lists;
        SpeechBlock? block = null;
        foreach (var (directive, rest) in GrammarText.Lines(file))
        {
            switch (directive)
            {
                case "topic":
                    break;
                case "list":
                    var (name, values) = GrammarText.Assignment(rest);
                    grammar.Lists.Add(name, values);
                    break;
                case "noun":
                    grammar.Words.UnionWith(rest.Split(' '));
                    grammar.Nouns.Add(Pair(rest));
                    break;
                case "words":
                    grammar.Words.UnionWith(rest.Split(' '));
                    break;
                case "containers":
                    grammar.Containers.AddRange(GrammarText.Values(rest).Select(Pair));
                    break;
                case "items":
                    grammar.Items.AddRange(rest.Split(' '));
                    break;
                case "frame" or "table" or "talk":
                    block = new SpeechBlock(directive, rest);
                    (directive switch { "frame" => grammar.Frames, "table" => grammar.Tables, _ => grammar.Talks }).Add(block);
                    break;
                default:
                    ReadLine(block ?? throw Unknown(file, directive), directive, rest, lists, file);
                    break;
            }
        }

        return grammar;
    }

    private static (string One, string Many) Pair(string forms) =>
        forms.Split(' ') is [var one, var many] ? (one, many) : throw new InvalidDataException($"'{forms}' is not a singular and a plural.");

    private static void ReadLine(
        SpeechBlock block, string directive, string rest, IReadOnlyDictionary<string, IReadOnlyList<string>> lists, string file)
    {
        switch (directive)
        {
            case "slot":
                var (name, values) = GrammarText.Assignment(rest);
                block.Slots.Add(name, values is [['@', .. var list]] ? lists[list] : values);
                break;
            case "row":
                block.Rows.Add(GrammarText.Values(rest));
                break;
            case "say":
                block.Say.Add(Template.Parse(rest));
                break;
            case "react":
                block.React.Add(Template.Parse(rest));
                break;
            case "ask":
                block.Ask.Add(Template.Parse(rest));
                break;
            case "answer":
                block.Answer.Add(Template.Parse(rest));
                break;
            default:
                throw Unknown(file, directive);
        }
    }

    private static InvalidDataException Unknown(string file, string directive) =>
        new($"The grammar file {file} has a line that begins with '{directive}', which is not known there.");
}
