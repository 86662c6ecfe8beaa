using System.Buffers;
using System.Security.Cryptography;

namespace Steering.IO;

/// <summary>SHA-256 of files, streamed.</summary>
public static class Fingerprint
{
    private const int ChunkSize = 1 << 20;

    /// <summary>Lower-case hexadecimal SHA-256 of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Receives the number of bytes hashed so far, after each mebibyte; may be null.</param>
    /// <param name="cancellationToken">Stops the work within a mebibyte.</param>
    /// <exception cref="SteeringException">The file is missing or cannot be read.</exception>
    public static string Sha256(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        Sha256([path], progress, cancellationToken);

    /// <summary>Lower-case hexadecimal SHA-256 of files one after the other.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="progress">Receives the number of bytes hashed so far, after each mebibyte; may be null.</param>
    /// <param name="cancellationToken">Stops the work within a mebibyte.</param>
    /// <exception cref="SteeringException">A file is missing or cannot be read.</exception>
    public static string Sha256(IReadOnlyList<string> paths, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            var total = 0L;
            foreach (var path in paths)
            {
                using var stream = ReadableFile.Open(path);
                for (int read; (read = stream.Read(buffer, 0, ChunkSize)) > 0;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hash.AppendData(buffer, 0, read);
                    progress?.Report(total += read);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
