using System.Globalization;
using System.Numerics;
using System.Text;

namespace Steering.Templates;

/// <summary>How one value is formatted: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed record FormatSpec
{
    public string Fill { get; init; } = " ";

    public char Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool Alternate { get; init; }

    public int Width { get; init; }

    public char Grouping { get; init; }

    public int Precision { get; init; } = -1;

    public char Type { get; init; }
}

/// <content>One field: a value in a given form.</content>
internal static partial class PythonFormat
{
    /// <summary>Python's <c>format(value, spec)</c>.</summary>
    private static string Format(RenderState state, object? value, string text)
    {
        if (text.Length == 0)
        {
            return Printer.Text(state, value);
        }

        var spec = Parse(state, text);
        if (value is bool && spec.Type == '\0')
        {
            value = Printer.Text(state, value);
        }

        if (Operators.AsText(value) is { } plain)
        {
            return spec.Type is '\0' or 's' && spec.Align != '=' ? Padded(state, spec.Precision >= 0 ? plain[..PythonText.Offset(plain, spec.Precision)] : plain, spec with { Align = spec.Align == '\0' ? '<' : spec.Align })
                : throw state.Error($"Unknown format code '{spec.Type}' for object of type 'str'");
        }

        if (!PythonNumber.IsNumber(value))
        {
            throw state.Error($"unsupported format string passed to {Operators.TypeName(value)}.__format__");
        }

        if (value is not double && spec.Type is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b' or 'c')
        {
            return value is double ? throw state.Error($"Unknown format code '{spec.Type}' for object of type 'float'")
                : spec.Type == 'c' ? Padded(state, Character(state, value), spec) : Number(state, PythonNumber.Integer(value), spec);
        }

        var number = PythonNumber.Float(value);
        return spec.Type switch
        {
            '%' => Padded(state, Number(state, number * 100, spec with { Type = 'f' }) + "%", spec),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '\0' => Padded(state, Number(state, number, spec), spec),
            _ => throw state.Error($"Unknown format code '{spec.Type}' for object of type '{Operators.TypeName(value)}'"),
        };
    }

    private static FormatSpec Parse(RenderState state, string text)
    {
        var (at, spec) = (0, new FormatSpec());
        var fill = text.Length > 0 ? PythonText.Width(text, 0) : 0;
        if (text.Length > fill && "<>=^".Contains(text[fill], StringComparison.Ordinal))
        {
            spec = spec with { Fill = text[..fill], Align = text[fill] };
            at = fill + 1;
        }
        else if ("<>=^".Contains(text[0], StringComparison.Ordinal))
        {
            spec = spec with { Align = text[at++] };
        }

        if (Peek() is '+' or '-' or ' ')
        {
            spec = spec with { Sign = text[at++] };
        }

        if (Peek() == '#')
        {
            spec = spec with { Alternate = true };
            at++;
        }

        if (Peek() == '0')
        {
            spec = spec.Align == '\0' ? spec with { Fill = "0", Align = '=' } : spec;
            at++;
        }

        spec = spec with { Width = Digits(state, text, ref at) ?? 0 };
        if (Peek() is ',' or '_')
        {
            spec = spec with { Grouping = text[at++] };
        }

        if (Peek() == '.')
        {
            at++;
            spec = spec with { Precision = Digits(state, text, ref at) ?? throw state.Error("Format specifier missing precision") };
        }

        spec = spec with { Type = Peek() };
        return at + 1 >= text.Length ? spec : throw state.Error($"Invalid format specifier '{text}'");

        char Peek() => at < text.Length ? text[at] : '\0';
    }

    private static int? Digits(RenderState state, string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at == start ? null : int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number) ? Limited(state, number) : Limited(state, int.MaxValue);
    }

    private static int Limited(RenderState state, int width) =>
        Math.Abs((long)width) <= Widest ? width : throw state.Limit($"a format asks for {width} characters; at most {Widest} are written");

    private static string Character(RenderState state, object? value) =>
        PythonNumber.IsInteger(value) && Rune.TryCreate((int)BigInteger.Max(-1, BigInteger.Min(0x110000, PythonNumber.Integer(value))), out var rune) ? rune.ToString() : throw state.Error("%c requires an int in the range of characters, or a character");

    private static string Padded(RenderState state, string text, FormatSpec spec)
    {
        var more = spec.Width - PythonText.Length(text);
        if (more <= 0)
        {
            return text;
        }

        state.MakeText(text.Length + ((long)more * spec.Fill.Length));
        var sign = spec.Align == '=' && text.Length > 0 && text[0] is '+' or '-' or ' ' ? 1 : 0;
        var before = spec.Align switch { '<' => 0, '^' => more / 2, _ => more };
        return text[..sign] + Fill(before) + text[sign..] + Fill(more - before);

        string Fill(int count) => string.Concat(Enumerable.Repeat(spec.Fill, count));
    }

    private static string Number(RenderState state, BigInteger value, FormatSpec spec)
    {
        state.Work(PythonNumber.LargestBits / 16);
        var magnitude = BigInteger.Abs(value);
        var (radix, prefix) = spec.Type switch { 'x' or 'X' => (16, $"0{spec.Type}"), 'o' => (8, "0o"), 'b' => (2, "0b"), _ => (10, string.Empty) };
        var digits = radix == 10 ? magnitude.ToString(CultureInfo.InvariantCulture) : Radix(magnitude, radix);
        digits = spec.Type == 'X' ? digits.ToUpperInvariant() : digits;
        if (spec.Precision > digits.Length)
        {
            state.MakeText(spec.Precision);
            digits = digits.PadLeft(spec.Precision, '0');
        }

        return Padded(state, Signed(value.Sign < 0, spec) + (spec.Alternate ? prefix : string.Empty) + Grouped(digits, spec, radix == 10 ? 3 : 4), spec);
    }

    private static string Radix(BigInteger value, int radix)
    {
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(value % radix)]);
            value /= radix;
        }
        while (!value.IsZero);
        return digits.ToString();
    }

    private static string Signed(bool negative, FormatSpec spec) => negative ? "-" : spec.Sign == '-' ? string.Empty : spec.Sign.ToString();

    private static string Grouped(string digits, FormatSpec spec, int size)
    {
        if (spec.Grouping == '\0')
        {
            return digits;
        }

        var grouped = new StringBuilder(digits);
        for (var at = digits.Length - size; at > 0; at -= size)
        {
            grouped.Insert(at, spec.Grouping);
        }

        return grouped.ToString();
    }

    /// <summary>A float with sign, without padding.</summary>
    public static string Number(RenderState state, double value, FormatSpec spec)
    {
        state.Work(64);
        var negative = value < 0 || (value == 0 && double.IsNegative(value));
        var magnitude = Math.Abs(value);
        var precision = Math.Min(spec.Precision < 0 ? 6 : spec.Precision, Longest);
        var text = !double.IsFinite(value) ? double.IsNaN(value) ? "nan" : "inf" : char.ToLowerInvariant(spec.Type) switch
        {
            'f' => magnitude.ToString($"F{precision}", CultureInfo.InvariantCulture),
            'e' => Exponent(magnitude, precision),
            _ when spec.Type == '\0' && spec.Precision < 0 => PythonNumber.Repr(magnitude),
            _ => General(magnitude, Math.Max(1, precision), spec),
        };
        var whole = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var stop && stop < 0 ? text.Length : stop;
        text = Signed(negative && !double.IsNaN(value), spec) + Grouped(text[..whole], spec, 3) + text[whole..];
        return char.IsUpper(spec.Type) ? text.ToUpperInvariant() : text;
    }

    private static string Exponent(double magnitude, int precision)
    {
        var text = magnitude.ToString($"E{precision}", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        return $"{text[..e]}e{text[e + 1]}{text[(e + 2)..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string General(double magnitude, int precision, FormatSpec spec)
    {
        var scientific = Exponent(magnitude, precision - 1);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var last = spec.Type == '\0' ? precision - 1 : precision;
        if (exponent >= -4 && exponent < last)
        {
            var plain = Trimmed(magnitude.ToString($"F{precision - 1 - exponent}", CultureInfo.InvariantCulture));
            return spec.Type == '\0' && !plain.Contains('.', StringComparison.Ordinal) ? plain + ".0" : plain;
        }

        return Trimmed(scientific[..e]) + scientific[e..];

        string Trimmed(string text) => spec.Alternate || !text.Contains('.', StringComparison.Ordinal) ? text : text.TrimEnd('0').TrimEnd('.');
    }
}
