using System.Globalization;
using System.Numerics;
using System.Text;

namespace Steering.Templates;

/// <summary>Python's two ways of filling texts: <c>'%s' % value</c> and <c>'{}'.format(value)</c>.</summary>
internal static partial class PythonFormat
{
    /// <summary>Widest field and longest fraction.</summary>
    private const int Widest = 1 << 20;

    /// <summary>Digits of a fraction: no float has more.</summary>
    private const int Longest = 1100;

    public static string Percent(RenderState state, string format, object? values, bool escapes)
    {
        state.Read(format);
        var result = new StringBuilder();
        var list = values is TemplateList { Kind: ListKind.Tuple } tuple ? tuple.Items : [values];
        var (next, named) = (0, false);
        for (var at = 0; at < format.Length; at++)
        {
            state.Fits(result.Length);
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            var key = default(string);
            if (Peek(++at) == '(')
            {
                var close = format.IndexOf(')', at);
                key = close < 0 ? throw state.Error("incomplete format key") : format[(at + 1)..close];
                (at, named) = (close + 1, true);
            }

            var flags = at;
            while (Peek(at) is '-' or '+' or ' ' or '#' or '0')
            {
                at++;
            }

            var set = format[flags..at];
            var width = Count(ref at);
            var precision = -1;
            if (Peek(at) == '.')
            {
                at++;
                precision = Count(ref at);
            }

            while (Peek(at) is 'l' or 'h' or 'L')
            {
                at++;
            }

            var type = Peek(at);
            if (type == '%')
            {
                result.Append('%');
                continue;
            }

            var left = set.Contains('-', StringComparison.Ordinal) || width < 0;
            var zero = set.Contains('0', StringComparison.Ordinal) && !left;
            var spec = new FormatSpec
            {
                Align = left ? '<' : zero && type is not ('s' or 'r' or 'a' or 'c') ? '=' : '>',
                Fill = zero && type is not ('s' or 'r' or 'a' or 'c') ? "0" : " ",
                Sign = set.Contains('+', StringComparison.Ordinal) ? '+' : set.Contains(' ', StringComparison.Ordinal) ? ' ' : '-',
                Alternate = set.Contains('#', StringComparison.Ordinal),
                Width = Math.Abs(width),
                Precision = precision,
                Type = type is 'i' or 'u' ? 'd' : type,
            };
            var text = One(state, key is null ? Next() : Members.Element(state, values, key), spec);
            result.Append(escapes ? Arithmetic.Escape(state, text) : text);
        }

        if (!named && next < list.Length && values is not (TemplateMap or Undefined or TemplateRange or TemplateList { Kind: ListKind.List }))
        {
            throw state.Error("not all arguments converted during string formatting");
        }

        state.MakeText(result.Length);
        return result.ToString();

        char Peek(int place) => place < format.Length ? format[place] : '\0';

        object? Next() => next < list.Length ? list[next++] : throw state.Error("not enough arguments for format string");

        int Count(ref int place)
        {
            if (Peek(place) == '*')
            {
                place++;
                return Limited(state, Operators.Integer(state, Next()));
            }

            return Digits(state, format, ref place) ?? 0;
        }
    }

    private static string One(RenderState state, object? value, FormatSpec spec)
    {
        switch (spec.Type)
        {
            case 's' or 'r' or 'a':
                var text = spec.Type == 's' ? Printer.Text(state, value) : Printer.Repr(state, value);
                return Padded(state, spec.Precision >= 0 ? text[..PythonText.Offset(text, spec.Precision)] : text, spec);
            case 'c':
                return Padded(state, Operators.AsText(value) is { } c && PythonText.Length(c) == 1 ? c : Character(state, value), spec);
            case 'd' when value is double d && double.IsFinite(d):
                return Number(state, new BigInteger(Math.Truncate(d)), spec);
            case 'd' or 'o' or 'x' or 'X' when PythonNumber.IsInteger(value):
                return Number(state, PythonNumber.Integer(value), spec);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G' when PythonNumber.IsNumber(value):
                return Padded(state, Number(state, PythonNumber.Float(value), spec), spec);
            default:
                Operators.Refuse(state, value);
                throw "doxXeEfFgGc".Contains(spec.Type, StringComparison.Ordinal)
                    ? state.Error($"%{spec.Type} format: a number is required, not {Operators.TypeName(value)}") : state.Error($"unsupported format character '{spec.Type}'");
        }
    }

    public static string Braces(RenderState state, string format, Arguments arguments, object? mapping = null)
    {
        var next = 0;
        return Braces(state, format, arguments, mapping, ref next);
    }

    private static string Braces(RenderState state, string format, Arguments arguments, object? mapping, ref int unnamed)
    {
        state.Enter();
        state.Read(format);
        var result = new StringBuilder();
        var next = unnamed;
        for (var at = 0; at < format.Length; at++)
        {
            state.Fits(result.Length);
            var c = format[at];
            if (c is '{' or '}' && at + 1 < format.Length && format[at + 1] == c)
            {
                result.Append(c);
                at++;
            }
            else if (c == '}')
            {
                throw state.Error("Single '}' encountered in format string");
            }
            else if (c == '{')
            {
                var end = Closing(at + 1);
                result.Append(Field(format[(at + 1)..end]));
                at = end;
            }
            else
            {
                result.Append(c);
            }
        }

        state.Leave();
        state.MakeText(result.Length);
        unnamed = next;
        return result.ToString();

        int Closing(int start)
        {
            for (var (at, depth) = (start, 1); at < format.Length; at++)
            {
                depth += format[at] == '{' ? 1 : format[at] == '}' ? -1 : 0;
                if (depth == 0)
                {
                    return at;
                }
            }

            throw state.Error("expected '}' before end of string");
        }

        string Field(string field)
        {
            var spec = string.Empty;
            if (field.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
            {
                (field, spec) = (field[..colon], field[(colon + 1)..]);
            }

            var conversion = '\0';
            if (field.Length > 1 && field[^2] == '!')
            {
                (conversion, field) = (field[^1], field[..^2]);
            }

            var value = Lookup(field);
            spec = spec.Contains('{', StringComparison.Ordinal) ? Braces(state, spec, arguments, mapping, ref next) : spec;
            value = conversion switch { '\0' => value, 's' => Printer.Text(state, value), 'r' or 'a' => Printer.Repr(state, value), _ => throw state.Error($"Unknown conversion specifier '{conversion}'") };
            return Format(state, value, spec);
        }

        object? Lookup(string field)
        {
            var end = field.AsSpan().IndexOfAny('.', '[');
            var name = end < 0 ? field : field[..end];
            object? value;
            if (name.Length == 0 || name.All(char.IsAsciiDigit))
            {
                var index = name.Length == 0 ? next++ : int.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
                value = index < arguments.Positional.Length ? arguments.Positional[index] : throw state.Error($"Replacement index {index} out of range for positional args tuple");
            }
            else if (mapping is not null)
            {
                value = Members.Element(state, mapping, name);
            }
            else if (!arguments.TryNamed(name, out value))
            {
                throw state.Error($"format has no argument '{name}'");
            }

            for (var at = end; at >= 0 && at < field.Length;)
            {
                var element = field[at] == '[';
                var stop = element ? field.IndexOf(']', at) : field.AsSpan(at + 1).IndexOfAny('.', '[') is var found && found >= 0 ? at + 1 + found : field.Length;
                var part = stop < 0 ? throw state.Error("Missing ']' in format string") : field[(at + 1)..stop];
                value = element ? Members.Element(state, value, part.Length > 0 && part.All(char.IsAsciiDigit) ? PythonNumber.ParseDigits(part, 10) : part) : Members.Attribute(state, value, part);
                at = element ? stop + 1 : stop;
            }

            return value;
        }
    }
}
