namespace Steering.Training.Torch;

/// <summary>A function that a shared object imports.</summary>
/// <param name="Name">Its mangled name.</param>
/// <param name="Version">Index of the version it needs; see <see cref="ElfVersionNeed.Index"/>.</param>
/// <param name="Place">Where its 24 bytes lie in the file, the name first.</param>
/// <param name="VersionPlace">Where its version index lies.</param>
internal readonly record struct ElfImport(string Name, int Version, long Place, long VersionPlace)
{
    private const int SymbolSize = 24;
    private const int GlobalFunction = 0x12;

    /// <summary>All imported global functions.</summary>
    /// <exception cref="SteeringException">The tables leave the file.</exception>
    public static IReadOnlyList<ElfImport> ReadAll(ElfImage image)
    {
        var imports = new List<ElfImport>();
        var (symbols, versions, hash) = (image.Table(ElfTag.Symbols), image.Table(ElfTag.SymbolVersions), image.Table(ElfTag.GnuHash));
        if (symbols < 0 || versions < 0 || hash < 0)
        {
            return imports;
        }

        // The GNU hash table covers defined symbols only, which come last: imports lie before its first symbol.
        var count = image.UInt32(hash + 4);
        for (long index = 0; index < count; index++)
        {
            var place = symbols + (index * SymbolSize);
            var undefined = image.UInt16(place + 6) == 0;
            if (undefined && image.Slice(place + 4, 1)[0] == GlobalFunction)
            {
                var version = versions + (index * 2);
                imports.Add(new ElfImport(image.Text(image.UInt32(place)), image.UInt16(version), place, version));
            }
        }

        return imports;
    }
}
