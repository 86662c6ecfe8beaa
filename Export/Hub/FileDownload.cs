using System.Net;
using System.Net.Http.Headers;

namespace Steering.Export.Hub;

/// <summary>
/// Brings one file: goes on where a part ends, joins only what the validator says belongs together, and gives the file its
/// name when size and hash are those that the host listed.
/// </summary>
internal sealed class FileDownload(HubHttp http, HubAddresses addresses, HubRefusals refusals, HubConnection connection, string commit, PullMeter meter)
{
    private const int BufferSize = 1 << 17;

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <summary>Brings a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="partPath">Where its bytes are gathered.</param>
    /// <param name="destination">Its final name; what has it is replaced.</param>
    /// <param name="cancellationToken">Stops it; what came so far stays in the part.</param>
    /// <exception cref="SteeringException">The host refuses it, contradicts itself, or sends another content.</exception>
    public async Task RunAsync(HubFile file, string partPath, string destination, CancellationToken cancellationToken)
    {
        meter.Say(file.Path);
        using var part = await PartFile.OpenAsync(file, partPath, cancellationToken).ConfigureAwait(false);
        meter.Add(part.Length);
        var retry = new HubRetry(file.Path, connection.Time, meter.Notice);
        retry.Reached(part.Length);
        for (var isFirst = true; ; isFirst = false)
        {
            await FillAsync(file, part, retry, cancellationToken).ConfigureAwait(false);
            var found = part.Finish();
            if (found == file.Hash)
            {
                part.MoveTo(destination);
                return;
            }

            if (!part.IsJoined || !isFirst)
            {
                part.Delete();
                throw new SteeringException(
                    $"{file.Path} came as {found}, but {connection.Endpoint.Authority} lists {file.Hash}: it was changed on the way, or the host is not honest. Nothing of it was kept; try again.");
            }

            // The pieces do not belong together: once more, in one piece.
            Restart(part, validator: null);
        }
    }

    private async Task FillAsync(HubFile file, PartFile part, HubRetry retry, CancellationToken cancellationToken)
    {
        while (part.Length < file.Size)
        {
            try
            {
                await AttemptAsync(file, part, retry, cancellationToken).ConfigureAwait(false);
            }
            catch (HubTransientException failure)
            {
                await retry.WaitAsync(failure, cancellationToken).ConfigureAwait(false);
                meter.Say(file.Path);
            }
        }
    }

    private async Task AttemptAsync(HubFile file, PartFile part, HubRetry retry, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(addresses.File(commit, file.Path), headers => AskForRest(headers, part), cancellationToken).ConfigureAwait(false);
        CheckFacts(file, response);
        switch (response.Status)
        {
            case HttpStatusCode.OK:
                CheckLength(file, response, file.Size);
                Restart(part, response.Validator);
                break;
            case HttpStatusCode.PartialContent when part.Length > 0:
                CheckRest(file, part, response);
                part.Join();
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0:
                Restart(part, validator: null);
                throw new HubTransientException($"{response.Host} does not know the rest of this file", TimeSpan.Zero);
            case HttpStatusCode.NotFound when response.IsFromEndpoint && response.ErrorCode is null or "EntryNotFound":
                throw new SteeringException($"{connection.Endpoint.Authority} lists {file.Path} but does not have it (404). Try again later, or leave it out with --file.");
            default:
                throw refusals.Of(response, string.Empty);
        }

        var body = await response.OpenBodyAsync().ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            for (int read; (read = await response.ReadAsync(body, _buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (part.Length + read > file.Size)
                {
                    part.Delete();
                    throw new SteeringException($"{response.Host} sends more than the {file.Size} bytes that {connection.Endpoint.Authority} lists for {file.Path}; it was stopped there, and nothing of it was kept.");
                }

                part.Append(_buffer.AsSpan(0, read));
                meter.Receive(read);
                retry.Reached(part.Length);
            }
        }

        if (part.Length < file.Size)
        {
            throw new HubTransientException($"{response.Host} sent {part.Length} of {file.Size} bytes");
        }
    }

    private static void AskForRest(HttpRequestHeaders headers, PartFile part)
    {
        if (part.Length == 0)
        {
            return;
        }

        headers.Range = new RangeHeaderValue(part.Length, null);

        // A weak validator may not stand in If-Range (RFC 9110, 13.1.5); the hash of the whole decides then.
        if (EntityTagHeaderValue.TryParse(part.Validator, out var tag) && !tag.IsWeak)
        {
            headers.IfRange = new RangeConditionHeaderValue(tag);
        }
    }

    private void CheckFacts(HubFile file, HubResponse response)
    {
        if (response.Commit is { } other && other != commit)
        {
            throw new SteeringException($"{connection.Endpoint.Authority} gives {file.Path} of commit {Shown(other)} where {commit} was asked for; nothing of it was kept.");
        }

        if (response.LinkedSize is { } size && size != file.Size)
        {
            throw new SteeringException($"{connection.Endpoint.Authority} lists {file.Path} with {file.Size} bytes and then announces {size}; nothing of it was kept.");
        }

        if (response.LinkedHash is { } hash && hash != file.Hash)
        {
            throw new SteeringException($"{connection.Endpoint.Authority} lists {file.Path} as {file.Hash} and then announces {hash}; nothing of it was kept.");
        }
    }

    private void CheckRest(HubFile file, PartFile part, HubResponse response)
    {
        var range = response.Message.Content.Headers.ContentRange;
        if (range is not { HasRange: true } || range.From != part.Length || (range.HasLength && range.Length != file.Size) || range.To != file.Size - 1)
        {
            Restart(part, validator: null);
            throw new HubTransientException($"{response.Host} sends another piece than was asked for", TimeSpan.Zero);
        }

        if (part.Validator is not null && response.Validator is not null && response.Validator != part.Validator)
        {
            Restart(part, validator: null);
            throw new HubTransientException($"{response.Host} has another version of the file now", TimeSpan.Zero);
        }

        CheckLength(file, response, file.Size - part.Length);
    }

    private static void CheckLength(HubFile file, HubResponse response, long expected)
    {
        if (response.Message.Content.Headers.ContentLength is { } length && length != expected)
        {
            throw new SteeringException($"{response.Host} announces {length} bytes for {file.Path} where {expected} were expected of its {file.Size}; nothing of the answer was kept.");
        }
    }

    private void Restart(PartFile part, string? validator)
    {
        meter.Add(-part.Length);
        part.Restart(validator);
    }

    private static string Shown(string text) => text.Length > 64 ? text[..64] + "…" : text;
}
