using System.Globalization;
using System.Net;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>
/// An answer after all redirects, and what the host's own answers on the way said of the file. What another host says of
/// itself is not taken for the host's word.
/// </summary>
/// <param name="message">The last answer.</param>
/// <param name="guard">Watches for silence while the body is read.</param>
/// <param name="facts">Headers of the host's own answers, by name.</param>
/// <param name="isFromEndpoint">Whether the last answer is the host's own.</param>
internal sealed class HubResponse(HttpResponseMessage message, SilenceGuard guard, IReadOnlyDictionary<string, string> facts, bool isFromEndpoint) : IDisposable
{
    public HttpStatusCode Status => message.StatusCode;

    public bool IsSuccess => message.IsSuccessStatusCode;

    /// <summary>Whether the host itself answered, not one that it redirected to.</summary>
    public bool IsFromEndpoint => isFromEndpoint;

    /// <summary>Host and port that answered.</summary>
    public string Host => message.RequestMessage!.RequestUri!.Authority;

    public HttpResponseMessage Message => message;

    /// <summary>The commit that the host says the content is of, or null.</summary>
    public string? Commit => facts.GetValueOrDefault("X-Repo-Commit");

    /// <summary>The hash that the host says the content has, where it says one.</summary>
    public ContentHash? LinkedHash => ContentHash.TryParseHex(facts.GetValueOrDefault("X-Linked-Etag")?.Trim('"'), out var hash) ? hash : null;

    /// <summary>The size that the host says the content has, or null.</summary>
    public long? LinkedSize => long.TryParse(facts.GetValueOrDefault("X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <summary>The host's name for what went wrong, or null.</summary>
    public string? ErrorCode => facts.GetValueOrDefault("X-Error-Code");

    /// <summary>The validator of the content, weak ones with their W/, or null.</summary>
    public string? Validator => message.Headers.ETag?.ToString();

    /// <summary>Reads the next bytes of the body.</summary>
    /// <exception cref="HubTransientException">The connection was dropped or fell silent.</exception>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await body.ReadAsync(buffer, guard.Token).ConfigureAwait(false);
            guard.Heard();
            return read;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new HubTransientException($"the connection to {Host} was dropped", innerException: failure);
        }
        catch (OperationCanceledException failure) when (guard.WasSilent)
        {
            throw new HubTransientException($"{Host} fell silent", innerException: failure);
        }
    }

    /// <summary>Opens the body.</summary>
    public Task<Stream> OpenBodyAsync() => message.Content.ReadAsStreamAsync(guard.Token);

    /// <summary>Reads a whole small body.</summary>
    /// <param name="maximum">Longest body accepted, in bytes.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SteeringException">It is longer.</exception>
    /// <exception cref="HubTransientException">The connection was dropped or fell silent.</exception>
    public async Task<byte[]> ReadAllAsync(int maximum, CancellationToken cancellationToken)
    {
        var body = await OpenBodyAsync().ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var all = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = await ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (all.Length + read > maximum)
                {
                    throw new SteeringException($"{Host} answers with more than {ByteText.Of(maximum)} where a short list was expected; nothing of it was used. Check the endpoint.");
                }

                all.Write(buffer, 0, read);
            }

            return all.ToArray();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        message.Dispose();
        guard.Dispose();
    }
}
