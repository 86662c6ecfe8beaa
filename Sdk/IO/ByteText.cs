using System.Globalization;

namespace Steering.IO;

/// <summary>Sizes in words, in decimal units as disks and hosts count.</summary>
internal static class ByteText
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Bytes as <c>512 bytes</c>, <c>1.5 MB</c>.</summary>
    public static string Of(long bytes)
    {
        if (bytes < 1000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
        }

        double value = bytes;
        var unit = -1;
        do
        {
            value /= 1000;
            unit++;
        }
        while (value >= 999.95 && unit < Units.Length - 1);

        return string.Create(CultureInfo.InvariantCulture, $"{value:F1} {Units[unit]}");
    }
}
