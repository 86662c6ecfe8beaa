using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Steering.Export;

namespace Steering.Sandbox.Bundle;

/// <summary>
/// What a laid-out bundle depends on: its files, and the code that imports them. Another model, or another importer,
/// gets a folder of its own, so that nobody ever reads what an older version wrote.
/// </summary>
internal static class BundleFingerprint
{
    private const int Characters = 16;

    /// <summary>The first 16 hexadecimal digits of a SHA-256 over names, contents and importer.</summary>
    /// <param name="files">The files, in ordinal order of their paths.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    public static string Of(IReadOnlyList<BundleFile> files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(typeof(ModelImporter).Module.ModuleVersionId.ToByteArray());
        hash.AppendData(typeof(SteeringException).Module.ModuleVersionId.ToByteArray());
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Encoding.UTF8.GetBytes(file.Path);
            BinaryPrimitives.WriteInt32LittleEndian(length, name.Length);
            hash.AppendData(length);
            hash.AppendData(name);
            using var content = file.Open();
            hash.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Characters];
    }
}
