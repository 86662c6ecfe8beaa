using System.Globalization;
using System.Numerics;
using System.Text;

namespace Steering.Templates;

/// <summary>Values as text: as Python prints them, and as <c>json.dumps</c> writes them.</summary>
internal static class Printer
{
    /// <summary>Python's <c>str</c>.</summary>
    public static string Text(RenderState state, object? value)
    {
        switch (value)
        {
            case string text:
                return text;
            case Markup markup:
                return markup.Text;
            case Undefined:
                return string.Empty;
            case null or bool or long or double:
                return Scalar(value);
            default:
                var output = new StringBuilder();
                Repr(state, output, value);
                return output.ToString();
        }
    }

    /// <summary>Python's <c>repr</c>.</summary>
    public static string Repr(RenderState state, object? value)
    {
        var output = new StringBuilder();
        Repr(state, output, value);
        return output.ToString();
    }

    /// <summary>A value in a message.</summary>
    public static string Short(object? value) => value switch
    {
        string text => text.Length > 40 ? $"'{text.AsSpan(0, 40)}…'" : $"'{text}'",
        null or bool or long or double or BigInteger => Scalar(value),
        _ => $"<{Operators.TypeName(value)}>",
    };

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        double d => PythonNumber.Repr(d),
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };

    private static void Repr(RenderState state, StringBuilder output, object? value)
    {
        state.Work(1);
        var before = output.Length;
        switch (value)
        {
            case string or Markup:
                var text = Operators.AsText(value)!;
                state.Fits(output.Length + Escaped(text));
                output.Append(value is Markup ? "Markup(" : string.Empty);
                PythonText.Repr(output, text);
                output.Append(value is Markup ? ")" : string.Empty);
                break;
            case null or bool or long or double:
                output.Append(Scalar(value));
                break;
            case BigInteger:
                state.Work(256);
                output.Append(Scalar(value));
                break;
            case Undefined:
                output.Append("Undefined");
                break;
            case TemplateList list:
                var (open, close) = list.Kind switch { ListKind.List => ("[", "]"), ListKind.Tuple => ("(", list.Items.Length == 1 ? ",)" : ")"), _ => ($"{Operators.TypeName(list)}([", "])") };
                Sequence(state, output, open, close, list.Items, item => Repr(state, output, item));
                return;
            case TemplateMap map:
                Sequence(state, output, "{", "}", map.Items, Pair);
                return;
            case TemplateNamespace names:
                Sequence(state, output, "<Namespace {", "}>", names.Attributes.Items, Pair);
                return;
            case TemplateRange range:
                output.Append(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}{(range.Step == 1 ? string.Empty : FormattableString.Invariant($", {range.Step}"))})");
                break;
            case LoopContext loop:
                output.Append(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index}/{loop.Length(state)}>");
                break;
            case Macro macro:
                output.Append(CultureInfo.InvariantCulture, $"<Macro {macro.Title}>");
                break;
            default:
                // Python writes an address here, which is another in every run.
                throw state.Error($"a {Operators.TypeName(value)} cannot be written as text; its text in Python is an address");
        }

        state.Fits(output.Length);
        state.MakeText(output.Length - before);

        void Pair(KeyValuePair<object?, object?> pair)
        {
            Repr(state, output, pair.Key);
            output.Append(": ");
            Repr(state, output, pair.Value);
        }
    }

    private static void Sequence<T>(RenderState state, StringBuilder output, string open, string close, IEnumerable<T> items, Action<T> write)
    {
        state.Enter();
        output.Append(open);
        var first = true;
        foreach (var item in items)
        {
            output.Append(first ? string.Empty : ", ");
            first = false;
            write(item);
        }

        output.Append(close);
        state.Leave();
    }

    /// <summary>The most characters that a text has when what needs it is escaped.</summary>
    private static long Escaped(string text)
    {
        var length = (long)text.Length;
        foreach (var c in text)
        {
            length += c is >= ' ' and <= '~' and not ('"' or '\'' or '\\') ? 0 : 5;
        }

        return length;
    }

    /// <summary><c>json.dumps</c>.</summary>
    public static string Json(RenderState state, object? value, JsonForm form)
    {
        var output = new StringBuilder();
        Json(state, output, value, form, 0);
        state.MakeText(output.Length);
        return output.ToString();
    }

    private static void Json(RenderState state, StringBuilder output, object? value, JsonForm form, int level)
    {
        state.Work(1);
        state.Fits(output.Length);
        switch (value)
        {
            case string or Markup:
                state.Read(Operators.AsText(value)!);
                JsonText(state, output, Operators.AsText(value)!, form.Ascii);
                break;
            case TemplateList { IsSequence: true } list:
                Block(state, output, '[', ']', list.Items, form, level, item => Json(state, output, item, form, level + 1));
                break;
            case TemplateMap map:
                var items = map.Items.ToArray();
                state.MakeItems(items.Length, each: 8);
                if (form.Sorted)
                {
                    var keys = Operators.Sort(state, [.. items.Select(pair => pair.Key)], key => key, reverse: false);
                    items = [.. keys.Select(key => KeyValuePair.Create(key, map.TryGet(key, out var found) ? found : null))];
                }

                Block(state, output, '{', '}', items, form, level, pair =>
                {
                    JsonText(state, output, Key(pair.Key), form.Ascii);
                    output.Append(form.Colon);
                    Json(state, output, pair.Value, form, level + 1);
                });
                break;
            default:
                output.Append(JsonScalar(value) ?? throw state.Error($"Object of type {Operators.TypeName(value)} is not JSON serializable"));
                break;
        }

        string Key(object? key) => Operators.AsText(key) ?? JsonScalar(key) ?? throw state.Error($"keys must be str, int, float, bool or None, not {Operators.TypeName(key)}");
    }

    private static string? JsonScalar(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        double d => double.IsFinite(d) ? PythonNumber.Repr(d) : double.IsNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity",
        long or BigInteger => Scalar(value),
        _ => null,
    };

    private static void Block<T>(RenderState state, StringBuilder output, char open, char close, IReadOnlyCollection<T> items, JsonForm form, int level, Action<T> write)
    {
        output.Append(open);
        if (items.Count > 0)
        {
            state.Enter();
            var first = true;
            foreach (var item in items)
            {
                output.Append(first ? string.Empty : form.Comma);
                first = false;
                Indent(level + 1);
                write(item);
            }

            Indent(level);
            state.Leave();
        }

        output.Append(close);

        void Indent(int depth)
        {
            if (form.Indent is { } indent)
            {
                state.Fits(output.Length + ((long)indent.Length * depth));
                output.Append('\n');
                output.Insert(output.Length, indent, depth);
            }
        }
    }

    private static void JsonText(RenderState state, StringBuilder output, string text, bool ascii)
    {
        state.Fits(output.Length + Escaped(text));
        output.Append('"');
        foreach (var c in text)
        {
            const string Special = "\"\\\n\r\t\b\f";
            var known = Special.IndexOf(c, StringComparison.Ordinal);
            if (known >= 0)
            {
                output.Append('\\').Append("\"\\nrtbf"[known]);
            }
            else if (c < ' ' || (ascii && c > '~'))
            {
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                output.Append(c);
            }
        }

        output.Append('"');
    }
}

/// <summary>How JSON is written: the arguments of <c>json.dumps</c>.</summary>
internal sealed record JsonForm(bool Ascii, bool Sorted, string? Indent, string Comma, string Colon);
