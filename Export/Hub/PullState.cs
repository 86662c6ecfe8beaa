using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>What a folder holds of a commit: the record as it was, and as it becomes while files arrive.</summary>
internal sealed class PullState
{
    private readonly PullFolder _folder;
    private readonly PullRecord? _before;
    private readonly bool _overwrite;
    private readonly Dictionary<string, RecordedFile> _files = new(StringComparer.Ordinal);
    private readonly List<HubFile> _outdated = [];
    private PullRecord _record;

    private PullState(PullFolder folder, PullRecord? before, PullRecord record, bool overwrite) =>
        (_folder, _before, _record, _overwrite) = (folder, before, record, overwrite);

    /// <summary>Files that an earlier pull brought and that this commit has otherwise: they must come too, or commits would mix.</summary>
    public IReadOnlyList<HubFile> Outdated => _outdated;

    /// <summary>Reads the folder's record and compares it with what is wanted.</summary>
    /// <param name="folder">The folder, locked.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="connection">The host.</param>
    /// <param name="commit">The commit that is wanted.</param>
    /// <param name="listed">All files of that commit.</param>
    /// <exception cref="SteeringException">The folder holds another repository, or another commit that is not to be replaced.</exception>
    public static PullState Open(PullFolder folder, HubPullOptions options, HubConnection connection, string commit, IReadOnlyList<HubFile> listed)
    {
        var before = folder.ReadRecord();
        var repository = options.Repository;
        if (before is not null && before.Repository != repository.Id)
        {
            throw new SteeringException($"{options.Folder} holds {before.Repository}; {repository.Id} needs a folder of its own. Choose one with --out.");
        }

        if (before is not null && before.Commit != commit && !options.Overwrite)
        {
            throw new SteeringException(
                $"{options.Folder} holds commit {before.Commit} of {before.Repository}, and '{repository.Revision}' is {commit} now. "
                + $"Stay with 'steer pull {before.Repository}@{before.Commit}', change the folder to the new commit with --overwrite, or choose another one with --out.");
        }

        var record = new PullRecord
        {
            Endpoint = connection.Endpoint.AbsoluteUri.TrimEnd('/'),
            Repository = repository.Id,
            Revision = repository.Revision,
            Commit = commit,
            Files = new Dictionary<string, RecordedFile>(StringComparer.Ordinal),
        };
        var state = new PullState(folder, before, record, options.Overwrite);
        state.Inherit(listed);
        return state;
    }

    /// <summary>
    /// The files that have to come. Those that the folder holds are known by the record, or else by their hash.
    /// </summary>
    /// <exception cref="SteeringException">Something else has a file's name, and is not to be replaced.</exception>
    public async Task<IReadOnlyList<HubFile>> FindMissingAsync(IReadOnlyList<HubFile> files, Dictionary<HubFile, string> paths, PullMeter meter, CancellationToken cancellationToken)
    {
        var missing = new List<HubFile>();
        foreach (var file in files)
        {
            var path = paths[file];
            if (Directory.Exists(path))
            {
                throw new SteeringException($"{path} is a folder, and the repository has a file of that name. Move it away, or choose another folder with --out.");
            }

            if (await IsThereAsync(file, path, meter, cancellationToken).ConfigureAwait(false))
            {
                Arrived(file, path);
                meter.Add(file.Size);
                continue;
            }

            if (File.Exists(path) && !_overwrite)
            {
                throw new SteeringException($"{path} exists and is not the file of commit {_record.Commit}. Move it away, have it replaced with --overwrite, or choose another folder with --out.");
            }

            _files[file.Path] = new RecordedFile(file.Path, file.Size, file.Hash, Modified: null);
            missing.Add(file);
        }

        return missing;
    }

    /// <summary>Notes that a checked file has its name.</summary>
    public void Arrived(HubFile file, string path) =>
        _files[file.Path] = new RecordedFile(file.Path, file.Size, file.Hash, File.GetLastWriteTimeUtc(path).Ticks);

    /// <summary>Writes the record.</summary>
    public void Save()
    {
        _record = _record with { Files = _files };
        _folder.WriteRecord(_record);
    }

    /// <summary>
    /// Removes the parts of files, once all are there, and files of an earlier commit that this one does not have, unless somebody
    /// changed them since.
    /// </summary>
    public void RemoveStale()
    {
        if (_files.Values.All(file => file.Modified is not null))
        {
            _folder.RemoveParts();
        }

        if (_before is null || _before.Commit == _record.Commit)
        {
            return;
        }

        foreach (var old in _before.Files.Values.Where(old => !_files.ContainsKey(old.Path)))
        {
            var path = HubPaths.Resolve(_folder.Root, old.Path);
            if (old.IsUntouched(new FileInfo(path)))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Takes over what the record says of files that this commit has unchanged; an earlier pull may have wanted others.</summary>
    private void Inherit(IReadOnlyList<HubFile> listed)
    {
        var current = listed.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var old in _before?.Files.Values ?? [])
        {
            if (!current.TryGetValue(old.Path, out var file))
            {
                continue;
            }

            if (file.Size == old.Size && file.Hash == old.Hash)
            {
                _files[old.Path] = old;
            }
            else
            {
                _outdated.Add(file);
            }
        }
    }

    private async Task<bool> IsThereAsync(HubFile file, string path, PullMeter meter, CancellationToken cancellationToken)
    {
        var found = new FileInfo(path);
        if (!found.Exists || found.Length != file.Size)
        {
            return false;
        }

        if (_before?.Files.GetValueOrDefault(file.Path) is { } old && old.Hash == file.Hash && old.IsUntouched(found))
        {
            return true;
        }

        meter.Say($"checking {file.Path}");
        using var hasher = new ContentHasher(file);
        var stream = ReadableFile.Open(path);
        await using (stream.ConfigureAwait(false))
        {
            await hasher.AppendAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        return hasher.Finish() == file.Hash;
    }
}
