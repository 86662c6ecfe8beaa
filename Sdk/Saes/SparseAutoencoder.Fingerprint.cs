using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Steering.Saes;

public sealed partial class SparseAutoencoder
{
    private const int FingerprintChunk = 1 << 24;

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"steering.sae/1 {Architecture} {HiddenSize} {LatentCount} {K} {Normalisation} {_parameters.MaxIterations} {_parameters.ResidualThreshold:R} {_parameters.StopOnDuplicateSupport}\n")));
        foreach (var part in (float[][])[_read, _write, _bias, _threshold, _output])
        {
            // Chunks, because one call takes at most 2 GiB of bytes.
            for (var start = 0; start < part.Length; start += FingerprintChunk)
            {
                hash.AppendData(MemoryMarshal.AsBytes(part.AsSpan(start, Math.Min(FingerprintChunk, part.Length - start))));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
