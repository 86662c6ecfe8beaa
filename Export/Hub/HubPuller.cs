using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>
/// Downloads files of a repository from a Hugging Face-compatible host. The revision is resolved to a commit first and every
/// file is of that commit; broken downloads go on where they stopped; a file has its name only when its size and hash are
/// those that the host lists; <c>.steer-pull/pull.json</c> in the folder records it all.
/// </summary>
public static class HubPuller
{
    /// <summary>Downloads what the options name, except what the folder holds already.</summary>
    /// <param name="options">What, and where to.</param>
    /// <param name="connection">How the host is reached.</param>
    /// <param name="progress">Receives stages, bytes and waits; may be null.</param>
    /// <param name="cancellationToken">Stops it at once; what came so far is kept for the next time.</param>
    /// <exception cref="SteeringException">
    /// The repository, its revision or a file does not exist or may not be read; the host contradicts itself; the folder holds
    /// something else, is being pulled into, or its disk is too full. The message says what to do.
    /// </exception>
    public static async Task<HubPullResult> PullAsync(
        HubPullOptions options, HubConnection connection, IProgress<HubPullProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connection);
        cancellationToken.ThrowIfCancellationRequested();
        if (File.Exists(options.Folder))
        {
            throw new SteeringException($"{options.Folder} is a file; a folder was expected. Choose another one with --out.");
        }

        using var http = new HubHttp(connection);
        var meter = new PullMeter(progress);
        meter.Say($"asking for {options.Repository}");
        var addresses = new HubAddresses(connection.Endpoint, options.Repository);
        var refusals = new HubRefusals(options.Repository, addresses, connection);
        var api = new HubApi(http, addresses, refusals, options.Repository, connection, meter.Notice);
        var commit = await api.ResolveAsync(cancellationToken).ConfigureAwait(false);
        meter.Say("listing its files");
        var listed = await api.ListAsync(commit, cancellationToken).ConfigureAwait(false);
        var choice = FileChoice.Make(options.Repository, listed, options.Patterns);
        var paths = Resolve(options.Folder, choice.Files);
        if (!Directory.Exists(options.Folder))
        {
            CheckDisk(options.Folder, choice.Files.Sum(file => file.Size), connection);
        }

        using var folder = PullFolder.Open(options.Folder);
        var state = PullState.Open(folder, options, connection, commit, listed);
        if (state.Outdated.Count > 0)
        {
            choice = choice.With(state.Outdated);
            paths = Resolve(options.Folder, choice.Files);
        }

        meter.Total = choice.Files.Sum(file => file.Size);
        var missing = await state.FindMissingAsync(choice.Files, paths, meter, cancellationToken).ConfigureAwait(false);
        CheckDisk(options.Folder, missing.Sum(file => file.Size - folder.PartLength(file)), connection);
        try
        {
            state.Save();
            var download = new FileDownload(http, addresses, refusals, connection, commit, meter);

            // The smallest first: weights, without which nothing is a checkpoint, get their names last.
            foreach (var file in missing.OrderBy(file => file.Size).ThenBy(file => file.Path, StringComparer.Ordinal))
            {
                await download.RunAsync(file, folder.PartOf(file), paths[file], cancellationToken).ConfigureAwait(false);
                state.Arrived(file, paths[file]);
            }
        }
        finally
        {
            state.Save();
        }

        state.RemoveStale();
        var fetched = missing.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return new HubPullResult(
            options.Folder,
            options.Repository,
            commit,
            [.. choice.Files.Select(file => new HubPulledFile(file.Path, file.Size, file.Hash.ToString(), fetched.Contains(file.Path)))],
            choice.LeftOut,
            meter.Received);
    }

    /// <summary>Bytes that a folder holds of a pull, whole files and parts; 0 where it holds none.</summary>
    /// <param name="folder">A folder, pulled or not.</param>
    public static long BytesKept(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return PullFolder.BytesKept(folder);
    }

    private static Dictionary<HubFile, string> Resolve(string folder, IReadOnlyList<HubFile> files)
    {
        HubPaths.CheckTogether([.. files.Select(file => file.Path)]);
        return files.ToDictionary(file => file, file => HubPaths.Resolve(folder, file.Path));
    }

    private static void CheckDisk(string folder, long needed, HubConnection connection)
    {
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        if (connection.FreeBytes(existing) is var free && free < needed)
        {
            throw new SteeringException(
                $"{ByteText.Of(needed)} are still to come and the disk of {existing} has {ByteText.Of(free)} free. Make room, choose a folder on another disk with --out, or fewer files with --file.");
        }
    }
}
