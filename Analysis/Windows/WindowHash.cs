using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Steering.Analysis.Windows;

/// <summary>SHA-256 over the token ids of all windows so far: tells whether a text is the one an earlier run read.</summary>
internal sealed class WindowHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Lower-case hexadecimal hash of what was added so far.</summary>
    public string Current => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Add(TokenWindow window)
    {
        _hash.AppendData(MemoryMarshal.AsBytes<int>([window.Ids.Length]));
        _hash.AppendData(MemoryMarshal.AsBytes(window.Ids.AsSpan()));
    }

    public void Dispose() => _hash.Dispose();
}
