using System.Globalization;

namespace Steering.Templates;

/// <content>The methods of str.</content>
internal static partial class Methods
{
    private static string Self(RenderState state, object? self)
    {
        var text = Operators.AsText(self)!;
        state.Read(text);
        return text;
    }

    private static Builtin Simple(string name, Func<string, string> change) => new(name, string.Empty, (state, self, _) =>
    {
        var text = Self(state, self);
        state.MakeText(text.Length * 3L);
        return Arithmetic.Rewrap(self, change(text));
    });

    private static Builtin Check(string name, Func<string, bool> check) => new(name, string.Empty, (state, self, _) => check(Self(state, self)));

    private static bool All(string text, Func<string, int, bool> holds)
    {
        for (var at = 0; at < text.Length; at += PythonText.Width(text, at))
        {
            if (!holds(text, at))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    private static Builtin Stripping(string name, bool start, bool end) => new(name, "chars?", (state, self, a) => Strip(state, self, Given(a[0]) ? a[0] : null, start, end));

    /// <summary><c>strip</c> and the filter <c>trim</c>.</summary>
    public static object Strip(RenderState state, object? self, object? characters, bool start = true, bool end = true)
    {
        var text = Self(state, self);
        var set = characters is null ? null : Operators.Text(state, characters);
        state.Search(text, set ?? string.Empty);
        state.MakeText(text.Length);
        return Arithmetic.Rewrap(self, PythonText.Strip(text, set, start, end));
    }

    private static Builtin Padding(string name, int left, int right) => new(name, "width fillchar?", (state, self, a) => Pad(state, self, a[0], Given(a[1]) ? Operators.Text(state, a[1]) : " ", left, right));

    /// <summary>Fills a text up to a width: <c>ljust</c>, <c>rjust</c>, <c>center</c>.</summary>
    public static object Pad(RenderState state, object? self, object? width, string fill, int left, int right)
    {
        var text = Self(state, self);
        if (PythonText.Length(fill) != 1)
        {
            throw state.Error("the fill character must be exactly one character long");
        }

        var wanted = Operators.Integer(state, width);
        var more = Math.Max(0, wanted - PythonText.Length(text));
        state.MakeText(text.Length + ((long)more * fill.Length));

        // Python puts the odd one on the left where both the rest and the width are odd.
        var before = left == 0 ? 0 : right == 0 ? more : (more / 2) + (more & wanted & 1);
        return Arithmetic.Rewrap(self, string.Concat(Enumerable.Repeat(fill, before)) + text + string.Concat(Enumerable.Repeat(fill, more - before)));
    }

    /// <summary>A part of the text from start and end, which count code points.</summary>
    private static (string Text, int Start) Part(RenderState state, object? self, object? start, object? end)
    {
        var text = Self(state, self);
        if (!Given(start) || (start is null && !Given(end)))
        {
            return (text, 0);
        }

        var length = PythonText.Length(text);
        var from = start is null ? 0 : Bound(Operators.Integer(state, start));
        var to = Given(end) && end is not null ? Bound(Operators.Integer(state, end)) : length;
        state.MakeText(text.Length);
        return from > length || from > to ? ("\0", -1) : (text[PythonText.Offset(text, from)..PythonText.Offset(text, to)], from);

        int Bound(int at) => at < 0 ? Math.Max(0, at + length) : at;
    }

    private static Builtin Finding(string name, bool last, bool raises) => new(name, "sub start? end?", (state, self, a) =>
    {
        var (text, start) = Part(state, self, a[1], a[2]);
        var part = Operators.Text(state, a[0]);
        state.Search(text, part);
        var at = start < 0 ? -1 : last ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 && raises ? throw state.Error("substring not found") : state.Number(at < 0 ? -1L : start + PythonText.Length(text[..at]));
    });

    private static Builtin Matching(string name, Func<string, string, bool> matches) => new(name, "prefix start? end?", (state, self, a) =>
    {
        var (text, start) = Part(state, self, a[1], a[2]);
        var parts = a[0] is TemplateList { Kind: ListKind.Tuple } tuple ? tuple.Items : [a[0]];
        return parts.Any(part =>
        {
            var wanted = Operators.AsText(part) ?? throw state.Error($"{name} first arg must be str or a tuple of str, not {Operators.TypeName(part)}");
            state.Read(wanted);
            return start >= 0 && matches(text, wanted);
        });
    });

    private static Builtin Partitioning(string name, bool last) => new(name, "sep", (state, self, a) =>
    {
        var (text, separator) = (Self(state, self), Operators.Text(state, a[0]));
        if (separator.Length == 0)
        {
            throw state.Error("empty separator");
        }

        state.Search(text, separator);
        state.MakeText(text.Length);
        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        object?[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : last ? [string.Empty, string.Empty, text] : [text, string.Empty, string.Empty];
        return state.List(parts, ListKind.Tuple);
    });

    private static Builtin Splitting(string name, bool last) => new(name, "sep? maxsplit?", (state, self, a) =>
    {
        var text = Self(state, self);
        var most = Given(a[1]) ? Operators.Integer(state, a[1]) : -1;
        var separator = Given(a[0]) && a[0] is not null ? Operators.Text(state, a[0]) : null;
        if (separator is "")
        {
            throw state.Error("empty separator");
        }

        state.Search(text, separator ?? " ");
        state.MakeText(text.Length);
        var parts = separator is null ? Words(text, most, last) : Pieces(text, separator, most, last);
        state.MakeItems(parts.Count, each: 16);
        return new TemplateList([.. parts]);
    });

    private static List<string> Pieces(string text, string separator, int most, bool last)
    {
        var parts = new List<string>();
        var (start, end) = (0, text.Length);
        while (most < 0 || parts.Count < most)
        {
            var at = last ? text.AsSpan(0, end).LastIndexOf(separator) : text.AsSpan(start).IndexOf(separator);
            if (at < 0)
            {
                break;
            }

            if (last)
            {
                parts.Add(text[(at + separator.Length)..end]);
                end = at;
            }
            else
            {
                parts.Add(text[start..(start + at)]);
                start += at + separator.Length;
            }
        }

        parts.Add(text[start..end]);
        if (last)
        {
            parts.Reverse();
        }

        return parts;
    }

    private static List<string> Words(string text, int most, bool last)
    {
        var parts = new List<string>();
        var rest = PythonText.Strip(text, null, start: !last, end: last);
        var (start, end) = (0, rest.Length);
        while (start < end)
        {
            if (most >= 0 && parts.Count == most)
            {
                parts.Add(rest[start..end]);
                break;
            }

            var (from, to) = (start, end);
            if (last)
            {
                for (from = end; from > start && !PythonText.IsSpace(rest[from - 1]); from--)
                {
                }

                for (end = from; end > start && PythonText.IsSpace(rest[end - 1]); end--)
                {
                }
            }
            else
            {
                for (to = start; to < end && !PythonText.IsSpace(rest[to]); to++)
                {
                }

                for (start = to; start < end && PythonText.IsSpace(rest[start]); start++)
                {
                }
            }

            if (to > from)
            {
                parts.Add(rest[from..to]);
            }
        }

        if (last)
        {
            parts.Reverse();
        }

        return parts;
    }

    /// <summary><c>str.replace</c>.</summary>
    public static string Replace(RenderState state, string text, string old, string replacement, int count)
    {
        state.Search(text, old);
        if (count == 0)
        {
            return text;
        }

        var found = old.Length == 0 ? PythonText.Length(text) + 1 : text.AsSpan().Count(old);
        found = count > 0 ? Math.Min(found, count) : found;
        state.MakeText(text.Length + ((long)found * (replacement.Length - old.Length)));
        if (old.Length == 0)
        {
            var characters = PythonText.Characters(text);
            return string.Concat(characters.Select((c, index) => (index < found ? replacement : string.Empty) + c)) + (found > characters.Length ? replacement : string.Empty);
        }

        return count < 0 ? text.Replace(old, replacement, StringComparison.Ordinal) : string.Join(replacement, Pieces(text, old, found, last: false));
    }

    /// <summary><c>str.join</c>.</summary>
    public static string Join(RenderState state, string separator, IEnumerable<string> items)
    {
        var result = new System.Text.StringBuilder();
        var first = true;
        foreach (var item in items)
        {
            state.Fits((long)result.Length + separator.Length + item.Length);
            result.Append(first ? string.Empty : separator).Append(item);
            first = false;
        }

        state.MakeText(result.Length);
        return result.ToString();
    }

    private static Builtin NotRead(string name) => new(name, (state, _, _) => throw state.Error($"str.{name}() is not read here; templates that transformers renders do not need it"));

    private static IEnumerable<Builtin> TextMethods() =>
    [
        Simple("upper", PythonText.Upper), Simple("lower", PythonText.Lower), Simple("casefold", text => PythonText.Lower(text).Replace("ß", "ss", StringComparison.Ordinal).Replace('ς', 'σ')),
        Simple("capitalize", PythonText.Capitalize), Simple("title", PythonText.Title), Simple("swapcase", PythonText.SwapCase),
        Stripping("strip", start: true, end: true), Stripping("lstrip", start: true, end: false), Stripping("rstrip", start: false, end: true),
        Padding("ljust", 0, 1), Padding("rjust", 1, 0), Padding("center", 1, 1),
        Finding("find", last: false, raises: false), Finding("rfind", last: true, raises: false), Finding("index", last: false, raises: true), Finding("rindex", last: true, raises: true),
        Matching("startswith", (text, part) => text.StartsWith(part, StringComparison.Ordinal)), Matching("endswith", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        Partitioning("partition", last: false), Partitioning("rpartition", last: true), Splitting("split", last: false), Splitting("rsplit", last: true),
        Check("isspace", text => All(text, (t, at) => PythonText.IsSpace(t[at]))),
        Check("isalpha", text => All(text, char.IsLetter)), Check("isalnum", text => All(text, (t, at) => char.IsLetter(t, at) || char.IsNumber(t, at))),
        Check("isdigit", text => All(text, (t, at) => CharUnicodeInfo.GetDigitValue(t, at) >= 0)), Check("isdecimal", text => All(text, char.IsDigit)),
        Check("isnumeric", text => All(text, char.IsNumber)), Check("isascii", text => text.All(char.IsAscii)), Check("isprintable", text => text.Length == 0 || All(text, PythonText.IsPrintable)),
        Check("isidentifier", text => text.Length > 0 && !char.IsAsciiDigit(text[0]) && All(text, (t, at) => t[at] == '_' || char.IsLetterOrDigit(t, at))),
        Check("islower", text => IsCase(text, upper: false)), Check("isupper", text => IsCase(text, upper: true)),
        Check("istitle", text => text.Any(PythonText.IsCased) && PythonText.Title(text) == text),
        new("removeprefix", "prefix", (state, self, a) => Removed(state, self, a[0], prefix: true)), new("removesuffix", "suffix", (state, self, a) => Removed(state, self, a[0], prefix: false)),
        new("count", "sub start? end?", (state, self, a) =>
        {
            var (text, start) = Part(state, self, a[1], a[2]);
            var part = Operators.Text(state, a[0]);
            state.Search(text, part);
            return state.Number(start < 0 ? 0 : part.Length == 0 ? PythonText.Length(text) + 1L : text.AsSpan().Count(part));
        }),
        new("replace", "old new count?", (state, self, a) => Arithmetic.Rewrap(self, Replace(state, Self(state, self), Operators.Text(state, a[0]), Operators.Text(state, a[1]), Given(a[2]) ? Operators.Integer(state, a[2]) : -1))),
        new("join", "iterable", (state, self, a) => Arithmetic.Rewrap(self, Join(state, Self(state, self), Operators.Iterate(state, a[0]).Select((item, index) =>
            Operators.AsText(item) is not { } text ? throw state.Error($"sequence item {index}: expected str instance, {Operators.TypeName(item)} found") : self is Markup && item is string ? Arithmetic.Escape(state, text) : text)))),
        new("splitlines", "keepends?", (state, self, a) =>
        {
            var text = Self(state, self);
            state.MakeText(text.Length);
            var lines = PythonText.Lines(text, Given(a[0]) && Operators.Truth(a[0]));
            state.MakeItems(lines.Count, each: 16);
            return new TemplateList([.. lines]);
        }),
        new("zfill", "width", (state, self, a) =>
        {
            var text = Self(state, self);
            var sign = text.Length > 0 && text[0] is '-' or '+' ? text[..1] : string.Empty;
            return Arithmetic.Rewrap(self, sign + Operators.AsText(Pad(state, text[sign.Length..], state.Number((long)Operators.Integer(state, a[0]) - sign.Length), "0", 1, 0)));
        }),
        new("expandtabs", "tabsize?", (state, self, a) => Tabs(state, self, Given(a[0]) ? Operators.Integer(state, a[0]) : 8)),
        new("format", (state, self, arguments) => Arithmetic.Rewrap(self, PythonFormat.Braces(state, Self(state, self), arguments))),
        new("format_map", "mapping", (state, self, a) => Arithmetic.Rewrap(self, PythonFormat.Braces(state, Self(state, self), Arguments.None, a[0]))),
        NotRead("encode"), NotRead("maketrans"), NotRead("translate"),
    ];

    public static bool IsCase(string text, bool upper) => text.Any(PythonText.IsCased) && !text.Any(c => upper ? char.IsLower(c) : char.IsUpper(c));

    private static object Removed(RenderState state, object? self, object? affix, bool prefix)
    {
        var (text, part) = (Self(state, self), Operators.Text(state, affix));
        state.MakeText(text.Length);
        return Arithmetic.Rewrap(self, prefix ? text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text : part.Length > 0 && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text);
    }

    private static object Tabs(RenderState state, object? self, int size)
    {
        var result = new System.Text.StringBuilder();
        var column = 0;
        foreach (var c in Self(state, self))
        {
            var width = c == '\t' ? size > 0 ? size - (column % size) : 0 : 1;
            state.Fits((long)result.Length + width);
            result.Append(c == '\t' ? ' ' : c, width);
            column = c is '\n' or '\r' ? 0 : column + width;
        }

        state.MakeText(result.Length);
        return Arithmetic.Rewrap(self, result.ToString());
    }
}
