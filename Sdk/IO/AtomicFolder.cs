namespace Steering.IO;

/// <summary>
/// Builds a folder under a temporary name beside its destination and renames it at the end, so that an interrupted
/// operation leaves nothing under the final name. What a killed process left beside it is removed by the next.
/// </summary>
/// <example><code>
/// using var folder = AtomicFolder.Create(destination);
/// File.WriteAllText(Path.Combine(folder.WorkingPath, "config.json"), json);
/// folder.Commit();
/// </code></example>
public sealed class AtomicFolder : IDisposable
{
    private readonly bool _replace;
    private bool _finished;

    private AtomicFolder(string destination, string workingPath, bool replace)
    {
        Destination = destination;
        WorkingPath = workingPath;
        _replace = replace;
    }

    /// <summary>The final, absolute name.</summary>
    public string Destination { get; }

    /// <summary>The folder to write into until <see cref="Commit"/>.</summary>
    public string WorkingPath { get; }

    /// <summary>Starts a folder; missing parents are created.</summary>
    /// <param name="destination">The final name. It must not exist, or be an empty folder, unless it is to be replaced.</param>
    /// <param name="replace">Puts the new folder in the place of an existing one, which is removed once the new one has its name.</param>
    /// <exception cref="SteeringException">The destination is a file, a folder that holds something, or cannot be written.</exception>
    public static AtomicFolder Create(string destination, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        RefuseOccupied(full, replace);
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            throw new SteeringException($"{full} is the root of a file system; name a folder below it.");
        }

        Leftovers.Sweep(parent);
        var temporary = Leftovers.Name(full);
        try
        {
            Directory.CreateDirectory(parent);
            Directory.CreateDirectory(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of(full, failure);
        }

        return new AtomicFolder(full, temporary, replace);
    }

    /// <summary>Gives the folder its final name.</summary>
    /// <exception cref="SteeringException">Something took the final name in the meantime.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        RefuseOccupied(Destination, _replace);
        if (_replace && Directory.Exists(Destination))
        {
            Replace();
        }
        else
        {
            if (Directory.Exists(Destination))
            {
                Directory.Delete(Destination);
            }

            Directory.Move(WorkingPath, Destination);
        }

        _finished = true;
    }

    /// <summary>Removes the unfinished folder when <see cref="Commit"/> was not reached.</summary>
    public void Dispose()
    {
        if (!_finished)
        {
            _finished = true;
            Directory.Delete(WorkingPath, recursive: true);
        }
    }

    private void Replace()
    {
        var old = Leftovers.Name(Destination, Leftovers.Replaced);
        Directory.Move(Destination, old);
        try
        {
            Directory.Move(WorkingPath, Destination);
        }
        catch
        {
            Directory.Move(old, Destination);
            throw;
        }

        Directory.Delete(old, recursive: true);
    }

    private static void RefuseOccupied(string path, bool replace)
    {
        if (File.Exists(path))
        {
            throw new SteeringException($"{path} is a file; a new folder was expected. Choose another name.");
        }

        if (!replace && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new SteeringException($"{path} exists and is not empty; a new folder was expected. Choose another name or remove it first.");
        }
    }
}
