using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

/// <summary>TorchSharp's bridge as the package brought it to this output folder; skips where the platform has none.</summary>
internal static class BridgeFile
{
    public static string Path()
    {
        if (!BridgeResolver.CanAdapt)
        {
            Assert.Inconclusive("Skipped: the bridge is adapted on Linux x64 only.");
        }

        return new TorchLibraries().Find(TorchLibraries.Bridge);
    }

    public static ElfImage Image() => new(Path(), File.ReadAllBytes(Path()));

    /// <summary>Place of a zero-terminated text in the file; it occurs once.</summary>
    public static int PlaceOf(byte[] bytes, string text)
    {
        var wanted = System.Text.Encoding.ASCII.GetBytes($"\0{text}\0");
        var place = bytes.AsSpan().IndexOf(wanted);
        Assert.IsGreaterThanOrEqualTo(0, place, text);
        return place + 1;
    }
}
