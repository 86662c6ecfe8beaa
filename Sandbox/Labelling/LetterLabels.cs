using Steering.Sandbox.Judging;
using Steering.Sandbox.Language;
using Steering.Sandbox.Language.Arithmetic;

namespace Steering.Sandbox.Labelling;

/// <summary>What is true at each letter of a document's text.</summary>
internal sealed class LetterLabels
{
    private static readonly Register[] Registers = Enum.GetValues<Register>();
    private const string BlankLine = "blank line between steps";

    private static readonly Topic[] Topics = Enum.GetValues<Topic>();

    private readonly string _text;
    private readonly List<string>[] _labels;
    private readonly string?[] _starts;

    public LetterLabels(SandboxDocument document)
    {
        _text = document.Text;
        _labels = [.. _text.Select(_ => new List<string>())];
        _starts = new string?[_text.Length];
        if (document.Instruction != Instruction.None)
        {
            Mark(0, _text.Length, "told to be " + Lower(document.Instruction));
        }

        var at = 0;
        foreach (var turn in document.Turns)
        {
            var open = ChatMarkers.Open(turn.Role);
            Mark(at, open.Length, "opening of a turn");
            Mark(at, open.Length, "opening of " + Speaker(turn.Role));
            at += open.Length;
            Turn(at, turn);
            at += turn.Text.Length;
            Mark(at, ChatMarkers.Close.Length, "end of a turn");
            Mark(at, ChatMarkers.Close.Length, "end of " + Speaker(turn.Role));
            at += ChatMarkers.Close.Length;
        }

        Words();
    }

    /// <summary>The labels of a piece of the text.</summary>
    public IReadOnlyList<string> Of(int start, string piece)
    {
        var blanks = piece.Length - piece.TrimStart(' ').Length;
        var at = blanks == piece.Length ? start : start + blanks;
        var labels = new List<string>(_labels[at]);
        if (piece.Contains('\n', StringComparison.Ordinal) && _labels[start + piece.IndexOf('\n', StringComparison.Ordinal)].Contains(BlankLine))
        {
            labels.Add(BlankLine);
        }

        if (Next(start + piece.Length) is { } next)
        {
            labels.Add($"before '{next}'");
        }

        return [.. labels.Distinct(StringComparer.Ordinal)];
    }

    private string? Next(int at)
    {
        at += at < _text.Length && _text[at] == ' ' ? 1 : 0;
        return at < _text.Length ? _starts[at] : null;
    }

    private void Turn(int start, SandboxTurn turn)
    {
        var length = turn.Text.Length;
        Mark(start, length, Speaker(turn.Role));
        Mark(start, 1, "first word of " + Speaker(turn.Role));
        if (turn.Role == TurnRole.System)
        {
            return;
        }

        Mark(start, length, Lower(turn.Register) + (turn.Role == TurnRole.User ? " user" : " reply"));
        Mark(start, length, turn.Topic is { } topic ? "about " + Lower(topic) : "small talk");
        Sentences(start, turn.Text);
        Numbers(start, turn.Text);
        Lexicon(start, turn.Text);
        if (turn.Role == TurnRole.Assistant)
        {
            Mark(start, length, turn.Steps.Any(step => step.Kind == StepKind.Final) ? "solution" : "talk");
            Steps(start, turn);
        }
        else if (WordProblem.TryParse(turn.Text) is not null)
        {
            Mark(start, length, "word problem");
        }
    }

    private void Steps(int start, SandboxTurn turn)
    {
        var at = 0;
        foreach (var (step, part) in turn.Steps.Zip(StepReader.Parts(turn.Text)))
        {
            at = turn.Text.IndexOf(part, at, StringComparison.Ordinal);
            Mark(start + at, part.Length, StepName(step.Kind));
            if (step.Correct is { } correct)
            {
                Mark(start + at, part.Length, correct ? "right step" : "wrong step");
            }

            at += part.Length;
        }
    }

    private void Sentences(int start, string text)
    {
        var first = true;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '.' or '?' or '!')
            {
                Mark(start + i, 1, "end of a sentence");
                Mark(start + i, 1, text[i] switch { '?' => "question mark", '!' => "exclamation mark", _ => "full stop" });
                first = true;
            }
            else if (text[i] == '\n')
            {
                Mark(start + i, 1, BlankLine);
            }
            else if (char.IsAsciiLetterOrDigit(text[i]))
            {
                if (first)
                {
                    Mark(start + i, 1, "first word of a sentence");
                }

                first = false;
            }
        }
    }

    private void Numbers(int start, string text)
    {
        var result = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                Mark(start + i, 1, "number");
                if (result)
                {
                    Mark(start + i, 1, "result of an equation");
                }
            }
            else if (text[i] is '+' or '/' or '=' || (text[i] is '-' or 'x' && i > 0 && text[i - 1] == ' ' && i + 1 < text.Length && text[i + 1] == ' '))
            {
                Mark(start + i, 1, text[i] == '=' ? "equals sign" : "operator");
                result = text[i] == '=';
            }
            else if (text[i] != ' ')
            {
                result = false;
            }
        }
    }

    private void Lexicon(int start, string text)
    {
        var places = WordSplitter.Places(text);
        string[] words = [.. places.Select(place => WordSplitter.Word(text, place))];
        foreach (var register in Registers)
        {
            MarkWords(Lexicons.Covers(register, words), Lower(register) + " word");
        }

        foreach (var topic in Topics)
        {
            MarkWords(Lexicons.Covers(topic, words), "word of " + Lower(topic));
        }

        void MarkWords(bool[] covered, string label)
        {
            for (var word = 0; word < covered.Length; word++)
            {
                if (covered[word])
                {
                    var (offset, length) = places[word].GetOffsetAndLength(text.Length);
                    Mark(start + offset, length, label);
                }
            }
        }
    }

    private void Words()
    {
        foreach (var place in WordSplitter.Places(_text))
        {
            var (offset, length) = place.GetOffsetAndLength(_text.Length);
            if (_labels[offset].Exists(label => label.StartsWith("opening of", StringComparison.Ordinal) || label.StartsWith("end of a turn", StringComparison.Ordinal)))
            {
                continue;
            }

            var word = WordSplitter.Word(_text, place);
            Mark(offset, length, $"'{word}'");
            _starts[offset] = word;
        }
    }

    private void Mark(int start, int length, string label)
    {
        for (var i = start; i < start + length; i++)
        {
            _labels[i].Add(label);
        }
    }

    private static string Speaker(TurnRole role) => role switch
    {
        TurnRole.System => "the instruction",
        TurnRole.User => "the user's turn",
        _ => "the reply",
    };

    private static string StepName(StepKind kind) => kind switch
    {
        StepKind.Setup => "setup step",
        StepKind.Compute => "calculation step",
        StepKind.Reflection => "reflection step",
        StepKind.Backtrack => "another-way step",
        StepKind.Final => "answer line",
        _ => "remark",
    };

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
