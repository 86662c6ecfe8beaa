using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Steering.IO;

/// <summary>
/// Which process something on the disk belongs to. It stands in the names of temporaries, so that a later process can tell
/// those of a process that was killed from those that are being written.
/// </summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Started">When it started, in the system's own unit; another process that has its number later started at another time.</param>
/// <param name="Place">Fingerprint of the host, and on Linux of the name space in which the number counts.</param>
internal readonly record struct OwnerMark(int ProcessId, long Started, string Place)
{
    // The process runs, but the system does not say since when.
    private const long Unknown = 0;
    private const int Parts = 3;

    /// <summary>This process.</summary>
    public static OwnerMark Current { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? Unknown, Here());

    /// <summary>Whether the process is certain to have ended: only that of a process of this host can be.</summary>
    public bool IsDead => Place == Current.Place && StartOf(ProcessId) is var start && (start is null || (start != Unknown && Started != Unknown && start != Started));

    /// <summary>Reads a mark.</summary>
    /// <param name="text">What <see cref="ToString"/> gave.</param>
    /// <returns>The mark, or null where the text is none.</returns>
    public static OwnerMark? Parse(string text) =>
        text.Split('-') is { Length: Parts } parts
        && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
        && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var started)
            ? new OwnerMark(process, started, parts[2])
            : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}-{Started:x}-{Place}");

    /// <summary>When a process started, or null where there is none of that number.</summary>
    private static long? StartOf(int process)
    {
        try
        {
            // The kernel's own count: what .NET makes of it moves with the clock.
            var status = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat");
            if (OperatingSystem.IsLinux() && File.Exists(status))
            {
                const int StartTime = 19;
                var text = File.ReadAllText(status);
                return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[StartTime], CultureInfo.InvariantCulture);
            }

            using var found = Process.GetProcessById(process);
            return OperatingSystem.IsLinux() ? Unknown : found.StartTime.ToFileTimeUtc();
        }
        catch (Exception failure) when (failure is ArgumentException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidOperationException or Win32Exception or FormatException or NotSupportedException)
        {
            return Unknown;
        }
    }

    private static string Here()
    {
        const int Bytes = 4;
        var space = OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget : null;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}\n{space}")).AsSpan(0, Bytes));
    }
}
