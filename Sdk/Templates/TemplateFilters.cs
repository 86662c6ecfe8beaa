using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Steering.Templates;

/// <summary>What can stand behind <c>|</c>.</summary>
internal static class TemplateFilters
{
    /// <summary>Characters that end the name of an attribute.</summary>
    private static readonly SearchValues<char> NoAttributes = SearchValues.Create(" \t\n\r\f\v/>=");

    private static readonly FrozenDictionary<string, Builtin> All =
        TextFilters().Concat(SequenceFilters.All()).ToFrozenDictionary(filter => filter.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => All.GetValueOrDefault(name);

    public static bool Given(object? value) => !ReferenceEquals(value, Builtin.Missing);

    /// <summary>The value as text, HTML kept as such.</summary>
    private static object Soft(RenderState state, object? value) => value is Markup ? value : Printer.Text(state, value);

    /// <summary>Calls the method of the same name on the value's text.</summary>
    private static Builtin Method(string name) => new(name, string.Empty, (state, value, _) => Methods.Find(string.Empty, name)!.Invoke(state, Soft(state, value), Arguments.None));

    private static IEnumerable<Builtin> Same(string parameters, Body body, params string[] names) => names.Select(name => new Builtin(name, parameters, body));

    private static IEnumerable<Builtin> TextFilters() =>
    [
        Method("upper"), Method("lower"), Method("capitalize"),
        new("title", string.Empty, (state, value, _) => Title(state, Printer.Text(state, value))),
        new("trim", "chars?", (state, value, a) => Methods.Strip(state, Soft(state, value), Given(a[0]) ? a[0] : null)),
        new("string", string.Empty, (state, value, _) => Soft(state, value)),
        new("safe", string.Empty, (state, value, _) => new Markup(Printer.Text(state, value))),
        .. Same(string.Empty, (state, value, _) => value as Markup ?? new Markup(Arithmetic.Escape(state, Printer.Text(state, value))), "e", "escape"),
        new("forceescape", string.Empty, (state, value, _) => new Markup(Arithmetic.Escape(state, Printer.Text(state, value)))),
        new("replace", "old new count?", (state, value, a) => Methods.Replace(state, Printer.Text(state, value), Printer.Text(state, a[0]), Printer.Text(state, a[1]), Given(a[2]) && a[2] is not null ? Operators.Integer(state, a[2]) : -1)),
        new("center", "width?", (state, value, a) => Methods.Pad(state, Soft(state, value), Given(a[0]) ? a[0] : 80L, " ", 1, 1)),
        new("indent", "width? first? blank?", (state, value, a) => Indent(state, value, Given(a[0]) ? a[0] : 4L, Given(a[1]) && Operators.Truth(a[1]), Given(a[2]) && Operators.Truth(a[2]))),
        new("truncate", "length? killwords? end? leeway?", Truncate),
        new("wordcount", string.Empty, (state, value, _) => state.Number(WordCount(Read(state, value)))),
        new("striptags", string.Empty, (state, value, _) => StripTags(state, Read(state, value))),
        new("urlencode", string.Empty, (state, value, _) => UrlEncode(state, value)),
        new("xmlattr", "autospace?", XmlAttributes),
        new("filesizeformat", "binary?", (state, value, a) => FileSize(state, value, Given(a[0]) && Operators.Truth(a[0]))),
        new("format", (state, value, arguments) => Arithmetic.Rewrap(value, PythonFormat.Percent(state, Printer.Text(state, value), Values(state, arguments), value is Markup))),
        new("tojson", "ensure_ascii? indent? separators? sort_keys?", ToJson),
        .. Same("default_value? boolean?", (_, value, a) => value is Undefined || (Given(a[1]) && Operators.Truth(a[1]) && !Operators.Truth(value)) ? Given(a[0]) ? a[0] : string.Empty : value, "d", "default"),
        new("int", "default? base?", ToInteger),
        new("float", "default?", ToFloat),
        new("abs", string.Empty, (state, value, _) => value is double d ? state.Number(Math.Abs(d)) : Arithmetic.Negate(state, value, negative: PythonNumber.IsInteger(value) && PythonNumber.Integer(value).Sign < 0)),
        new("round", "precision? method?", Round),
        new("attr", "name", (state, value, a) =>
        {
            Operators.Refuse(state, value);
            return Members.TryOwn(state, value, Operators.Text(state, a[0]), out var own) ? own : state.Undefined(value, a[0]);
        }),
        NotRead("wordwrap"), NotRead("urlize"), NotRead("random"), NotRead("pprint"),
    ];

    private static Builtin NotRead(string name) => new(name, (state, _, _) => throw state.Error($"the filter '{name}' is not read here"));

    private static string Read(RenderState state, object? value)
    {
        var text = Printer.Text(state, value);
        state.Read(text);
        return text;
    }

    private static object Values(RenderState state, Arguments arguments)
    {
        if (arguments.Named.Length == 0)
        {
            return state.List(arguments.Positional, ListKind.Tuple);
        }

        var map = state.Map(arguments.Named.Length);
        foreach (var (name, value) in arguments.Named)
        {
            map.Set(name, value);
        }

        return arguments.Positional.Length == 0 ? map : throw state.Error("format takes positional or named arguments, not both at once");
    }

    private static string Title(RenderState state, string text)
    {
        state.MakeText(text.Length * 3L);
        var result = new StringBuilder(text.Length);
        const string Starts = "-({[<";
        for (var at = 0; at < text.Length;)
        {
            var starts = IsStart(text[at]);
            var end = at + 1;
            while (end < text.Length && IsStart(text[end]) == starts)
            {
                end++;
            }

            var first = PythonText.Width(text, at);
            result.Append(PythonText.Upper(text[at..(at + first)])).Append(PythonText.Lower(text[(at + first)..end]));
            at = end;
        }

        return result.ToString();

        static bool IsStart(char c) => PythonText.IsSpace(c) || Starts.Contains(c, StringComparison.Ordinal);
    }

    private static object Indent(RenderState state, object? value, object? width, bool first, bool blank)
    {
        var text = Operators.Text(state, value);
        var indention = Operators.AsText(width) ?? new string(' ', Fits(state, Math.Max(0, Operators.Integer(state, width))));
        var lines = PythonText.Lines(text + "\n");
        state.MakeText(text.Length + ((long)indention.Length * lines.Count));
        var result = new StringBuilder(first ? indention : string.Empty).Append(lines[0]);
        foreach (var line in lines.Skip(1))
        {
            result.Append('\n').Append(line.Length > 0 || blank ? indention : string.Empty).Append(line);
        }

        return Arithmetic.Rewrap(value, result.ToString());
    }

    private static int Fits(RenderState state, int length)
    {
        state.MakeText(length);
        return length;
    }

    private static object Truncate(RenderState state, object? value, object?[] a)
    {
        var length = Given(a[0]) ? Operators.Integer(state, a[0]) : 255;
        var end = Given(a[2]) ? Operators.Text(state, a[2]) : "...";
        var kept = length - PythonText.Length(end);
        var leeway = Given(a[3]) && a[3] is not null ? Operators.Integer(state, a[3]) : 5;
        if (kept < 0 || leeway < 0)
        {
            throw state.Error(kept < 0 ? $"expected length >= {length - kept}, got {length}" : $"expected leeway >= 0, got {leeway}");
        }

        if (Operators.Length(state, value) <= (long)length + leeway)
        {
            return value!;
        }

        var text = Operators.Text(state, value);
        state.MakeText((long)text.Length + end.Length);

        var cut = text[..PythonText.Offset(text, kept)];
        var space = Given(a[1]) && Operators.Truth(a[1]) ? -1 : cut.LastIndexOf(' ');
        return Arithmetic.Rewrap(value, (space < 0 ? cut : cut[..space]) + end);
    }

    private static long WordCount(string text)
    {
        var (count, inWord) = (0L, false);
        for (var at = 0; at < text.Length; at += PythonText.Width(text, at))
        {
            var isWord = text[at] == '_' || char.IsLetter(text, at) || char.IsNumber(text, at);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    private static string StripTags(RenderState state, string text)
    {
        state.MakeText(text.Length * 2L);
        var result = new StringBuilder(text.Length);
        var (lastTag, lastComment) = (text.LastIndexOf('>'), text.LastIndexOf("-->", StringComparison.Ordinal));
        for (var at = 0; at < text.Length;)
        {
            var comment = string.CompareOrdinal(text, at, "<!--", 0, 4) == 0;
            var end = text[at] != '<' || at > (comment ? lastComment : lastTag) ? -1 : comment ? text.IndexOf("-->", at + 4, StringComparison.Ordinal) : text.IndexOf('>', at);
            if (end < 0)
            {
                result.Append(text[at++]);
            }
            else
            {
                at = end + (comment ? 3 : 1);
            }
        }

        var words = result.ToString().Split([.. PythonText.Spaces], StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&#39;", "'", StringComparison.Ordinal).Replace("&#34;", "\"", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
    }

    private static string UrlEncode(RenderState state, object? value)
    {
        if (value is TemplateMap or TemplateList or TemplateGenerator)
        {
            var pairs = value is TemplateMap map ? Methods.Pairs(state, map) : value;
            return Methods.Join(state, "&", Operators.Iterate(state, pairs).Select(pair =>
                Operators.ToArray(state, pair) is [var key, var item] ? $"{Quote(key, "_.-~", plus: true)}={Quote(item, "_.-~", plus: true)}" : throw state.Error("not enough or too many values to unpack (expected 2)")));
        }

        return Quote(value, "_.-~/", plus: false);

        string Quote(object? part, string safe, bool plus)
        {
            var text = Printer.Text(state, part);
            state.MakeText(text.Length * 9L);
            var result = new StringBuilder();
            foreach (var b in Encoding.UTF8.GetBytes(text))
            {
                _ = char.IsAsciiLetterOrDigit((char)b) || safe.Contains((char)b, StringComparison.Ordinal) ? result.Append((char)b)
                    : plus && b == ' ' ? result.Append('+') : result.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }

            return result.ToString();
        }
    }

    private static string XmlAttributes(RenderState state, object? value, object?[] a)
    {
        var map = value as TemplateMap ?? throw state.Error($"'{Operators.TypeName(value)}' has no items");
        var parts = new List<string>();
        foreach (var (key, item) in map.Items.Where(pair => pair.Value is not (null or Undefined)))
        {
            var name = Operators.Text(state, key);
            parts.Add(name.AsSpan().ContainsAny(NoAttributes) ? throw state.Error($"Invalid character in attribute name: {Printer.Short(name)}")
                : $"{Arithmetic.Escape(state, name)}=\"{(item is Markup markup ? markup.Text : Arithmetic.Escape(state, Printer.Text(state, item)))}\"");
        }

        var text = Methods.Join(state, " ", parts);
        return text.Length > 0 && (!Given(a[0]) || Operators.Truth(a[0])) ? " " + text : text;
    }

    private static string FileSize(RenderState state, object? value, bool binary)
    {
        var bytes = PythonNumber.IsNumber(value) ? PythonNumber.Float(value)
            : Operators.AsText(value) is { } text && PythonNumber.TryParseFloat(text, out var parsed) ? parsed : throw state.Error($"{Printer.Short(value)} is no number");
        double unit = binary ? 1024 : 1000;
        if (bytes == 1 || bytes < unit)
        {
            return bytes == 1 ? "1 Byte" : string.Create(CultureInfo.InvariantCulture, $"{(System.Numerics.BigInteger)bytes} Bytes");
        }

        var size = bytes / unit;
        var prefix = 0;
        while (size >= unit && prefix < 7)
        {
            size /= unit;
            prefix++;
        }

        return PythonFormat.Number(state, size, new FormatSpec { Precision = 1, Type = 'f' }) + $" {(binary ? "KMGTPEZY" : "kMGTPEZY")[prefix]}{(binary ? "iB" : "B")}";
    }

    /// <summary>As transformers defines it: plain <c>json.dumps</c>, without the escapes for HTML that Jinja's own filter makes.</summary>
    private static string ToJson(RenderState state, object? value, object?[] a)
    {
        var indent = Given(a[1]) && a[1] is not null ? Operators.AsText(a[1]) ?? new string(' ', Fits(state, Math.Max(0, Operators.Integer(state, a[1])))) : null;
        var (comma, colon) = (indent is null ? ", " : ",", ": ");
        if (Given(a[2]) && a[2] is not null)
        {
            var pair = Operators.ToArray(state, a[2]);
            (comma, colon) = pair.Length == 2 ? (Operators.Text(state, pair[0]), Operators.Text(state, pair[1])) : throw state.Error($"separators takes a pair, not {pair.Length} values");
        }

        return Printer.Json(state, value, new JsonForm(Given(a[0]) && Operators.Truth(a[0]), Given(a[3]) && Operators.Truth(a[3]), indent, comma, colon));
    }

    private static object? ToInteger(RenderState state, object? value, object?[] a)
    {
        var radix = Given(a[1]) ? Operators.Integer(state, a[1]) : 10;
        switch (value)
        {
            case Undefined undefined:
                throw state.Error(undefined.Message);
            case double d when double.IsFinite(d):
                return state.Number(new System.Numerics.BigInteger(Math.Truncate(d)));
            case string or Markup:
                var text = Read(state, value);
                state.Work(text.Length > 32 ? 256 : 1);
                return PythonNumber.TryParseInteger(text, radix, out var parsed) ? parsed
                    : PythonNumber.TryParseFloat(text, out var number) && double.IsFinite(number) ? state.Number(new System.Numerics.BigInteger(Math.Truncate(number))) : Default();
            default:
                return PythonNumber.IsInteger(value) ? state.Number(PythonNumber.Integer(value)) : Default();
        }

        object? Default() => Given(a[0]) ? a[0] : 0L;
    }

    private static object? ToFloat(RenderState state, object? value, object?[] a)
    {
        Operators.Refuse(state, value);
        return PythonNumber.IsNumber(value) ? state.Number(PythonNumber.Float(value))
            : value is string or Markup && PythonNumber.TryParseFloat(Read(state, value), out var parsed) ? state.Number(parsed)
            : Given(a[0]) ? a[0] : 0.0;
    }

    private static object Round(RenderState state, object? value, object?[] a)
    {
        var precision = Given(a[0]) ? Operators.Integer(state, a[0]) : 0;
        var method = Given(a[1]) ? Operators.Text(state, a[1]) : "common";
        if (!PythonNumber.IsNumber(value))
        {
            throw state.Error($"type {Operators.TypeName(value)} doesn't define __round__ method");
        }

        switch (method)
        {
            case "common" when value is not double:
                // Places left of the point round half to even, as Python does.
                var places = Math.Min(-Math.Min(0, precision), 1233);
                var unit = System.Numerics.BigInteger.Pow(10, places);
                var whole = PythonNumber.Integer(value);
                var rest = ((whole % unit) + unit) % unit;
                var down = whole - rest;
                var up = rest * 2 > unit || (rest * 2 == unit && !(down / unit).IsEven);
                return state.Number(up ? down + unit : down);
            case "common":
                var number = (double)value;
                return !double.IsFinite(number) ? value : state.Number(Math.Abs(precision) > 323 ? precision > 0 ? number : 0.0
                    : precision >= 0 ? double.Parse(PythonFormat.Number(state, number, new FormatSpec { Precision = precision, Type = 'f' }), CultureInfo.InvariantCulture)
                    : Math.Round(number / Math.Pow(10, -precision), MidpointRounding.ToEven) * Math.Pow(10, -precision));
            case "ceil" or "floor":
                var scale = Math.Pow(10, precision);
                var scaled = PythonNumber.Float(value) * scale;
                return !double.IsFinite(scaled) ? throw state.Error("cannot convert a float without end to an integer")
                    : state.Number(((method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) + 0.0) / scale);
            default:
                throw state.Error("method must be common, ceil or floor");
        }
    }
}
