using System.Runtime.InteropServices;

namespace Steering.Export.Hub;

/// <summary>How far a pull is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Bytes">Bytes that lie on the disk, of all files wanted.</param>
/// <param name="TotalBytes">Bytes of all files wanted; 0 until the listing is known.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HubPullProgress(string Stage, long Bytes, long TotalBytes)
{
    /// <summary>Share of all bytes, 0 to 1.</summary>
    public double Fraction => TotalBytes > 0 ? (double)Bytes / TotalBytes : 0;
}
