using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Steering.Export.Hub;

/// <summary>Hashes a content while it passes, in the kind that the host listed.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _hash;
    private readonly HubFile _file;

    /// <param name="file">Whose content comes; its size is part of git's hash.</param>
    public ContentHasher(HubFile file)
    {
        _file = file;
        _hash = IncrementalHash.CreateHash(file.Hash.IsGitBlob ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        Begin();
    }

    /// <summary>Forgets all bytes.</summary>
    public void Restart()
    {
        _ = _hash.GetHashAndReset();
        Begin();
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Takes all that is left of a stream.</summary>
    public async Task AppendAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The hash of all bytes so far.</summary>
    public ContentHash Finish() => new(_file.Hash.IsGitBlob, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Begin()
    {
        if (_file.Hash.IsGitBlob)
        {
            _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {_file.Size}\0")));
        }
    }
}
