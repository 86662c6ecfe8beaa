namespace Steering.IO;

/// <summary>Says in one sentence why something could not be written, and what to do. The one place that knows what the systems' errors mean.</summary>
internal static class WriteFailure
{
    // What the systems say: on Unix the number of the error, on Windows a code that is negative.
    private const int TooLarge = 27;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int QuotaOnMacOS = 69;
    private const int QuotaOnLinux = 122;
    private const int WriteProtect = unchecked((int)0x80070013);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFull = unchecked((int)0x80070070);
    private const int DiskQuota = unchecked((int)0x8007050F);

    /// <summary>Whether a failure can only be one of writing: reading never fails so.</summary>
    public static bool IsOfWriting(Exception failure) => failure is IOException && failure.HResult is NoSpace or TooLarge or ReadOnly or QuotaOnLinux or QuotaOnMacOS or WriteProtect or HandleDiskFull or DiskFull or DiskQuota;

    /// <summary>The refusal of a path that cannot be written.</summary>
    /// <param name="path">What was to be written; names of temporaries in it are shown as what they are to become.</param>
    /// <param name="failure">What the system said.</param>
    /// <param name="needed">Bytes of the whole file where they are known.</param>
    /// <param name="kept">A sentence about what is there nevertheless and how to go on, or null.</param>
    public static SteeringException Of(string path, Exception failure, long? needed = null, string? kept = null) =>
        new($"{Leftovers.Final(path)} cannot be written: {Cause(failure, path, needed)}{(kept is null ? string.Empty : $" {kept}")}", failure);

    /// <summary>The refusal of a path whose disk is full, where it is not the system that said so.</summary>
    public static SteeringException Full(string path, Exception failure) => new($"{Leftovers.Final(path)} cannot be written: {Full(path, needed: null)}", failure);

    /// <summary>Why something could not be written, and what to do.</summary>
    /// <param name="failure">What the system said.</param>
    /// <param name="path">What was to be written, or null where that is not known.</param>
    /// <param name="needed">Bytes of the whole file where they are known.</param>
    public static string Cause(Exception failure, string? path = null, long? needed = null)
    {
        switch (failure.HResult)
        {
            case NoSpace or HandleDiskFull or DiskFull when failure is IOException:
                return Full(path, needed);
            case QuotaOnLinux or QuotaOnMacOS or DiskQuota when failure is IOException:
                return "your quota on that disk is used up. Make room on it, or choose a folder on another disk.";
            case TooLarge when failure is IOException:
                return "the file system holds no file as large as that. Choose a folder on another disk.";
            case ReadOnly or WriteProtect when failure is IOException:
                return "its file system can only be read. Choose a folder that can be written.";
        }

        return failure switch
        {
            UnauthorizedAccessException => "permission is denied. Choose a folder that can be written, or change its permissions.",
            PathTooLongException => "the name is too long. Choose a shorter one.",
            _ => $"{failure.Message.TrimEnd('.')}. Choose a folder that can be written.",
        };
    }

    private static string Full(string? path, long? needed)
    {
        var free = path is null ? null : DiskSpace.Free(path);
        var numbers = string.Join(", ", ((string?[])[needed is { } bytes ? $"{ByteText.Of(bytes)} needed" : null, free is { } left ? $"{ByteText.Of(left)} free" : null]).OfType<string>());
        return $"the disk is full{(numbers.Length > 0 ? $" ({numbers})" : string.Empty)}. Make room on it, or choose a folder on another disk.";
    }
}
