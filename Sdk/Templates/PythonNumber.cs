using System.Globalization;
using System.Numerics;

namespace Steering.Templates;

/// <summary>Numbers as Python has them: integers without a limit but ours, floats that print with the fewest digits that read back the same.</summary>
internal static class PythonNumber
{
    /// <summary>Longest integer. Python's have no end; no template needs more, and endless ones cost without end.</summary>
    public const int LargestBits = 4096;

    private static readonly object[] Small = [.. Enumerable.Range(-1, 1026).Select(value => (object)(long)value)];

    public static object Box(long value) => value is >= -1 and < 1025 ? Small[value + 1] : value;

    /// <summary>The integer as this interpreter holds it: <see cref="long"/> where it fits. Null beyond <see cref="LargestBits"/>.</summary>
    public static object? Box(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Box((long)value) : value.GetBitLength() > LargestBits ? null : value;

    public static object? ParseDigits(ReadOnlySpan<char> digits, int radix)
    {
        if (digits.Length > LargestBits)
        {
            return null;
        }

        var value = BigInteger.Zero;
        foreach (var digit in digits)
        {
            value = (value * radix) + (char.IsAsciiDigit(digit) ? digit - '0' : char.ToLowerInvariant(digit) - 'a' + 10);
        }

        return Box(value);
    }

    public static bool IsInteger(object? value) => value is long or bool or BigInteger;

    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    public static BigInteger Integer(object? value) => value switch { long n => n, bool b => b ? 1 : 0, _ => (BigInteger)value! };

    public static double Float(object? value) => value switch { double d => d, long n => n, bool b => b ? 1 : 0, _ => (double)(BigInteger)value! };

    /// <summary>Orders two numbers, whatever their types; null where one is no number (nan).</summary>
    public static int? Compare(object left, object right)
    {
        if (left is long a && right is long b)
        {
            return a.CompareTo(b);
        }

        if (left is not double && right is not double)
        {
            return Integer(left).CompareTo(Integer(right));
        }

        var (x, y) = (Float(left), Float(right));
        if (double.IsNaN(x) || double.IsNaN(y))
        {
            return null;
        }

        // Beyond 2^53 a float is an integer, and is compared as one.
        return double.IsFinite(x) && double.IsFinite(y) && Math.Abs(x) >= 1L << 53 ? Whole(left).CompareTo(Whole(right)) : x.CompareTo(y);

        static BigInteger Whole(object value) => value is double d ? new BigInteger(Math.Floor(d)) : Integer(value);
    }

    /// <summary>Python's <c>repr</c> of a float.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (digits, exponent) = Scientific(value.ToString("R", CultureInfo.InvariantCulture));
        var sign = value < 0 || (value == 0 && double.IsNegative(value)) ? "-" : string.Empty;
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : string.Empty;
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        var whole = digits.PadRight(exponent + 1, '0');
        return $"{sign}{whole[..(exponent + 1)]}.{(whole.Length > exponent + 1 ? whole[(exponent + 1)..] : "0")}";
    }

    /// <summary>The digits without zeros around them, and the exponent of the first.</summary>
    private static (string Digits, int Exponent) Scientific(string text)
    {
        var mantissa = text.TrimStart('-');
        var exponent = 0;
        if (mantissa.IndexOf('E', StringComparison.Ordinal) is var e and >= 0)
        {
            exponent = int.Parse(mantissa.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            mantissa = mantissa[..e];
        }

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        exponent -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.Length == 0 ? ("0", 0) : (significant, exponent);
    }

    /// <summary>Reads a float as Python's <c>float</c> does.</summary>
    public static bool TryParseFloat(string text, out double value)
    {
        var trimmed = text.AsSpan().Trim(PythonText.Spaces.AsSpan());
        var plain = trimmed.ToString();
        if (plain.Contains('_', StringComparison.Ordinal))
        {
            plain = Ungrouped(plain);
        }

        value = plain.TrimStart('+', '-').ToLowerInvariant() switch { "inf" or "infinity" => double.PositiveInfinity, "nan" => double.NaN, _ => 0 };
        if (value != 0)
        {
            value = plain[0] == '-' ? -value : value;
            return plain.Length - plain.TrimStart('+', '-').Length <= 1;
        }

        return double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads an integer as Python's <c>int</c> does: white space around, a sign, single underscores between digits, a prefix that fits the base.</summary>
    public static bool TryParseInteger(string text, int radix, out object? value)
    {
        value = null;
        var plain = text.Trim([.. PythonText.Spaces]);
        var negative = plain.StartsWith('-');
        plain = negative || plain.StartsWith('+') ? plain[1..] : plain;
        if (plain.Length > 2 && plain[0] == '0' && char.ToLowerInvariant(plain[1]) is var mark and ('x' or 'o' or 'b')
            && (mark == 'x' ? 16 : mark == 'o' ? 8 : 2) is var named && (radix == 0 || radix == named))
        {
            (radix, plain) = (named, plain[2] == '_' ? plain[3..] : plain[2..]);
        }
        else if (radix == 0)
        {
            radix = 10;
        }

        plain = Ungrouped(plain);
        var last = radix;
        if (plain.Length is 0 or > LargestBits || !plain.All(c => char.IsAsciiLetterOrDigit(c) && (char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10) < last))
        {
            return false;
        }

        value = ParseDigits(plain, radix);
        value = negative && value is not null ? Box(-Integer(value)) : value;
        return value is not null;
    }

    /// <summary>Without the single underscores between digits; empty where an underscore stands elsewhere.</summary>
    private static string Ungrouped(string text)
    {
        for (var at = text.IndexOf('_', StringComparison.Ordinal); at >= 0; at = text.IndexOf('_', at + 1))
        {
            if (at == 0 || at + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[at - 1]) || !char.IsAsciiLetterOrDigit(text[at + 1]))
            {
                return string.Empty;
            }
        }

        return text.Replace("_", string.Empty, StringComparison.Ordinal);
    }
}
