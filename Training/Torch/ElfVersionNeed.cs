namespace Steering.Training.Torch;

/// <summary>One version that a shared object needs of another library.</summary>
/// <param name="Library">The other library, e.g. <c>libstdc++.so.6</c>.</param>
/// <param name="Name">The version, e.g. <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">Number by which the symbols refer to it.</param>
/// <param name="Place">Where its 16 bytes lie in the file: hash, flags, index, name, next.</param>
internal readonly record struct ElfVersionNeed(string Library, string Name, int Index, long Place)
{
    private const int MaximumEntries = 4096;

    /// <summary>All versions that a shared object needs, in the file's order.</summary>
    /// <exception cref="SteeringException">The tables leave the file.</exception>
    public static IReadOnlyList<ElfVersionNeed> ReadAll(ElfImage image)
    {
        var needs = new List<ElfVersionNeed>();
        var library = image.Table(ElfTag.VersionNeeds);
        for (var count = image.Value(ElfTag.VersionNeedCount); library >= 0 && count > 0; count--)
        {
            var file = image.Text(image.UInt32(library + 4));
            var place = library + image.UInt32(library + 8);
            for (var entries = image.UInt16(library + 2); entries > 0; entries--)
            {
                needs.Add(new ElfVersionNeed(file, image.Text(image.UInt32(place + 8)), image.UInt16(place + 6), place));
                if (needs.Count > MaximumEntries)
                {
                    throw image.Damaged();
                }

                place += image.UInt32(place + 12);
            }

            var next = image.UInt32(library + 12);
            if (next == 0)
            {
                break;
            }

            library += next;
        }

        return needs;
    }
}
