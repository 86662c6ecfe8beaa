using System.Net;
using System.Text.Json;
using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>The questions that are asked of a host: which commit a revision is, and which files that commit has.</summary>
internal sealed class HubApi(HubHttp http, HubAddresses addresses, HubRefusals refusals, HubRepository repository, HubConnection connection, Action<string>? notice)
{
    private const int MaximumAnswer = 32 << 20;
    private const int MaximumPages = 500;
    private const int MaximumFiles = 100_000;
    private const int MaximumDepth = 64;

    /// <summary>Asks for the commit of the revision.</summary>
    /// <exception cref="SteeringException">Repository or revision do not exist, may not be read, or the answer is no commit.</exception>
    public async Task<string> ResolveAsync(CancellationToken cancellationToken)
    {
        var (bytes, _) = await AskAsync(addresses.Revision, $"asking for {repository}", cancellationToken).ConfigureAwait(false);
        using var document = StrictJson.Parse(addresses.Revision.AbsoluteUri, bytes, MaximumDepth);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("sha", out var sha) && sha.ValueKind == JsonValueKind.String && HubRepository.IsCommit(sha.GetString()!)
                ? sha.GetString()!
                : throw new SteeringException($"{connection.Endpoint.Authority} does not say which commit {repository} is; a host that is compatible with Hugging Face was expected. Check --endpoint and HF_ENDPOINT.");
    }

    /// <summary>Asks for all files of a commit.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SteeringException">The listing is too long, repeats itself, or cannot be read.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(string commit, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        for (var query = "?recursive=true"; query is not null;)
        {
            if (!asked.Add(query) || asked.Count > MaximumPages)
            {
                throw new SteeringException($"The listing of {repository} does not end: {connection.Endpoint.Authority} gives page after page. Nothing was fetched.");
            }

            var address = addresses.Tree(commit, query);
            var (bytes, next) = await AskAsync(address, $"listing {repository}", cancellationToken).ConfigureAwait(false);
            HubListing.Read(address.AbsoluteUri, bytes, files);
            if (files.Count > MaximumFiles)
            {
                throw new SteeringException($"{repository} lists more than {MaximumFiles} files, which is more than a checkpoint has. Nothing was fetched.");
            }

            query = next;
        }

        return [.. files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private async Task<(byte[] Bytes, string? Next)> AskAsync(Uri address, string what, CancellationToken cancellationToken)
    {
        var retry = new HubRetry(what, connection.Time, notice);
        while (true)
        {
            try
            {
                using var response = await http.SendAsync(address, prepare: null, cancellationToken).ConfigureAwait(false);
                return response.IsSuccess
                    ? (await response.ReadAllAsync(MaximumAnswer, cancellationToken).ConfigureAwait(false), HubListing.NextQuery(response.Message, address))
                    : throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
            }
            catch (HubTransientException failure)
            {
                await retry.WaitAsync(failure, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Exception> RefusalAsync(HubResponse response, CancellationToken cancellationToken)
    {
        if (response.Status == HttpStatusCode.NotFound && response.ErrorCode is null or "RevisionNotFound"
            && await NamesAsync(addresses.References, cancellationToken).ConfigureAwait(false) is { Count: > 0 } revisions)
        {
            return refusals.Revision($" The nearest: {Suggestions.For(repository.Revision, revisions)}.");
        }

        var similar = string.Empty;
        if (response.Status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized && response.ErrorCode is not "GatedRepo" and not "RevisionNotFound"
            && await NamesAsync(addresses.Search, cancellationToken).ConfigureAwait(false) is { Count: > 0 } repositories)
        {
            similar = $" The nearest: {Suggestions.For($"{repository.Owner}/{repository.Name}", repositories)}.";
        }

        return refusals.Of(response, similar);
    }

    /// <summary>Names for a suggestion; where the host does not answer that, there is none.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(address, prepare: null, cancellationToken).ConfigureAwait(false);
            return response.IsSuccess ? HubListing.Names(address.AbsoluteUri, await response.ReadAllAsync(MaximumAnswer, cancellationToken).ConfigureAwait(false)) : [];
        }
        catch (Exception failure) when (failure is HubTransientException or SteeringException)
        {
            return [];
        }
    }
}
