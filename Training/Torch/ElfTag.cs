namespace Steering.Training.Torch;

/// <summary>Kinds of dynamic entries that are looked up.</summary>
internal static class ElfTag
{
    /// <summary>Hash table by which the loader finds symbols; tells how many there are.</summary>
    public const long GnuHash = 0x6ffffef5;

    /// <summary>Names.</summary>
    public const long StringTable = 5;

    /// <summary>Bytes of the names.</summary>
    public const long StringTableSize = 10;

    /// <summary>Dynamic symbols, 24 bytes each.</summary>
    public const long Symbols = 6;

    /// <summary>Version index of each symbol, 2 bytes each.</summary>
    public const long SymbolVersions = 0x6ffffff0;

    /// <summary>Versions needed of other libraries.</summary>
    public const long VersionNeeds = 0x6ffffffe;

    /// <summary>Number of libraries of which versions are needed.</summary>
    public const long VersionNeedCount = 0x6fffffff;
}
