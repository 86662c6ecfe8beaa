using System.Globalization;
using System.Text;

namespace Steering.Templates;

/// <summary>The C library's <c>strftime</c> in its plain locale, as <c>strftime_now</c> uses it.</summary>
internal static class DateFormat
{
    public static string Write(RenderState state, string format, DateTime now)
    {
        state.MakeText(format.Length * 32L);
        return Expand(format, now);
    }

    private static string Expand(string format, DateTime now)
    {
        var result = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            var start = at++;
            var flag = at < format.Length && format[at] is '-' or '_' or '0' or '^' or '#' ? format[at++] : '\0';
            var text = at < format.Length ? Field(format[at], now, flag) : null;
            result.Append(text ?? format[start..Math.Min(format.Length, at + 1)]);
        }

        return result.ToString();
    }

    private static string? Field(char field, DateTime now, char flag)
    {
        var hour = now.Hour % 12 == 0 ? 12 : now.Hour % 12;
        var weekday = (int)now.DayOfWeek;
        var day = now.DayOfYear;
        var text = field switch
        {
            'a' => Named("ddd"),
            'A' => Named("dddd"),
            'b' or 'h' => Named("MMM"),
            'B' => Named("MMMM"),
            'p' => flag == '#' ? now.Hour < 12 ? "am" : "pm" : now.Hour < 12 ? "AM" : "PM",
            'P' => now.Hour < 12 ? "am" : "pm",
            'c' => Expand("%a %b %e %H:%M:%S %Y", now),
            'D' or 'x' => Expand("%m/%d/%y", now),
            'F' => Expand("%Y-%m-%d", now),
            'T' or 'X' => Expand("%H:%M:%S", now),
            'R' => Expand("%H:%M", now),
            'r' => Expand("%I:%M:%S %p", now),
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            'z' or 'Z' => string.Empty,
            'f' => (now.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture),
            's' => ((DateTimeOffset)now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
        if (text is not null)
        {
            return flag == '^' ? text.ToUpperInvariant() : flag == '#' && field is not ('p' or 'P') ? text.ToUpperInvariant() : text;
        }

        return field switch
        {
            'd' => Digits(now.Day, 2, '0'),
            'e' => Digits(now.Day, 2, ' '),
            'H' => Digits(now.Hour, 2, '0'),
            'k' => Digits(now.Hour, 2, ' '),
            'I' => Digits(hour, 2, '0'),
            'l' => Digits(hour, 2, ' '),
            'j' => Digits(day, 3, '0'),
            'm' => Digits(now.Month, 2, '0'),
            'M' => Digits(now.Minute, 2, '0'),
            'S' => Digits(now.Second, 2, '0'),
            'Y' => Digits(now.Year, 1, '0'),
            'C' => Digits(now.Year / 100, 2, '0'),
            'y' => Digits(now.Year % 100, 2, '0'),
            'u' => Digits(weekday == 0 ? 7 : weekday, 1, '0'),
            'w' => Digits(weekday, 1, '0'),
            'U' => Digits((day + 6 - weekday) / 7, 2, '0'),
            'W' => Digits((day + 6 - ((weekday + 6) % 7)) / 7, 2, '0'),
            'G' => Digits(ISOWeek.GetYear(now), 1, '0'),
            'g' => Digits(ISOWeek.GetYear(now) % 100, 2, '0'),
            'V' => Digits(ISOWeek.GetWeekOfYear(now), 2, '0'),
            _ => null,
        };

        string Named(string format) => now.ToString(format, CultureInfo.InvariantCulture);

        string Digits(int value, int width, char fill)
        {
            fill = flag switch { '_' => ' ', '0' => '0', _ => fill };
            var digits = value.ToString(CultureInfo.InvariantCulture);
            return flag == '-' ? digits : digits.PadLeft(width, fill);
        }
    }
}
