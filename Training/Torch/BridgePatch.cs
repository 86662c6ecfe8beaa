using System.Buffers.Binary;

namespace Steering.Training.Torch;

/// <summary>
/// Frees TorchSharp's bridge of the one symbol that libstdc++ has only since GCC 13,
/// <c>std::ios_base_library_init()</c>. Only start-up code calls it, to have the standard streams ready, and libtorch,
/// which is loaded first, has seen to that. The import is redirected to another of the same shape that the bridge has
/// anyway: <c>std::chrono::steady_clock::now()</c>, which takes nothing and changes nothing.
/// </summary>
internal static class BridgePatch
{
    private const string Library = "libstdc++.so.6";
    private const string NewVersion = "GLIBCXX_3.4.32";
    private const string NewSymbol = "_ZSt21ios_base_library_initv";
    private const string OldVersion = "GLIBCXX_3.4.19";
    private const string OldSymbol = "_ZNSt6chrono3_V212steady_clock3nowEv";

    /// <summary>Whether a shared object needs the version that older hosts lack.</summary>
    /// <exception cref="SteeringException">The file is not a 64-bit x86 shared object.</exception>
    public static bool IsNeeded(ElfImage image) => ElfVersionNeed.ReadAll(image).Any(need => need.Library == Library && need.Name == NewVersion);

    /// <summary>A copy that needs the version no more.</summary>
    /// <returns>The whole file; of the same length, 18 bytes of it differ at most.</returns>
    /// <exception cref="SteeringException">The file is not the one expected; nothing is changed blindly.</exception>
    public static byte[] Apply(ElfImage original)
    {
        var image = new ElfImage(original.Source, [.. original.Bytes]);
        var needs = ElfVersionNeed.ReadAll(image);
        var imports = ElfImport.ReadAll(image);
        var unwanted = Single(image, needs.Where(need => need.Library == Library && need.Name == NewVersion), $"one need of {NewVersion}");
        var replacement = Single(image, needs.Where(need => need.Library == Library && need.Name == OldVersion), $"one need of {OldVersion}");
        var from = Single(image, imports.Where(import => import.Version == unwanted.Index), $"one function of {NewVersion}");
        var to = Single(image, imports.Where(import => import.Version == replacement.Index && import.Name == OldSymbol), OldSymbol);
        if (from.Name != NewSymbol || CountVersion(image, unwanted.Index) != 1)
        {
            throw NotExpected(image, $"{NewSymbol} as the only symbol of {NewVersion}");
        }

        // The symbol takes the name and version of the other; the need of the version becomes a second one of the older.
        Copy(image, to.Place, from.Place, 4);
        Copy(image, to.VersionPlace, from.VersionPlace, 2);
        Copy(image, replacement.Place, unwanted.Place, 4);
        Copy(image, replacement.Place + 8, unwanted.Place + 8, 4);
        return image.Bytes;
    }

    private static int CountVersion(ElfImage image, int version)
    {
        // One version index for each dynamic symbol; the names follow the symbols in every file of these linkers.
        var symbols = (image.Table(ElfTag.StringTable) - image.Table(ElfTag.Symbols)) / 24;
        var indices = image.Slice(image.Table(ElfTag.SymbolVersions), symbols * 2);
        var count = 0;
        for (var offset = 0; offset < indices.Length; offset += 2)
        {
            count += BinaryPrimitives.ReadUInt16LittleEndian(indices[offset..]) == version ? 1 : 0;
        }

        return count;
    }

    private static void Copy(ElfImage image, long from, long to, int size) => image.Slice(from, size).CopyTo(image.Slice(to, size));

    private static T Single<T>(ElfImage image, IEnumerable<T> candidates, string expected)
        where T : struct
    {
        var found = candidates.Take(2).ToArray();
        return found.Length == 1 ? found[0] : throw NotExpected(image, expected);
    }

    private static SteeringException NotExpected(ElfImage image, string expected) =>
        new($"{image.Source} does not load on this system and is not the TorchSharp 0.107 library that can be adapted to it (expected {expected}). Install a newer libstdc++ (GCC 13 or later: Debian 13, Ubuntu 24.04) or restore the package TorchSharp 0.107.0.");
}
