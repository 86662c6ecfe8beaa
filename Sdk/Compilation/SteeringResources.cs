using Steering.IO;
using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Vectors;

namespace Steering.Compilation;

/// <summary>
/// What policies may refer to: SAEs by id, vector files, callbacks. Files are loaded when a policy first names them and
/// kept. Safe to use from several threads.
/// </summary>
public sealed class SteeringResources
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LoadedSae> _registered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SparseAutoencoder> _saes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SteeringVectorSet> _vectors = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _callbacks = new(StringComparer.Ordinal);

    /// <summary>Creates resources.</summary>
    /// <param name="root">
    /// Folder below which every file that a policy names must lie, and from which the relative paths of policies made in
    /// code start. Null: each policy file's own folder, and policies made in code may name no files.
    /// </param>
    public SteeringResources(string? root = null) => Root = root is null ? null : Path.GetFullPath(root);

    /// <summary>Folder below which every file that a policy names must lie; null is each policy file's own folder.</summary>
    public string? Root { get; }

    /// <summary>Whether SAEs and vectors of another model of the same width are accepted: a fine-tune, another precision.</summary>
    public bool AllowOtherModel { get; init; }

    /// <summary>Ids of the SAEs that were registered, in ordinal order.</summary>
    public IReadOnlyList<string> SaeIds
    {
        get
        {
            lock (_lock)
            {
                return [.. _registered.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Names of the callbacks that gates may ask, in ordinal order.</summary>
    public IReadOnlyList<string> Callbacks
    {
        get
        {
            lock (_lock)
            {
                return [.. _callbacks];
            }
        }
    }

    /// <summary>Registers an SAE; it takes the place of a path that a policy gives for the same id.</summary>
    /// <param name="id">Id by which policies name it.</param>
    /// <param name="sae">The SAE.</param>
    /// <param name="site">Site that it belongs to; null takes the SAE's own.</param>
    /// <returns>These resources, to chain.</returns>
    /// <exception cref="SteeringException">The id is taken.</exception>
    public SteeringResources AddSae(string id, SparseAutoencoder sae, string? site = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(sae);
        lock (_lock)
        {
            if (!_registered.TryAdd(id, new LoadedSae(id, sae, site)))
            {
                throw new SteeringException($"An SAE '{id}' is registered already; give each SAE an id of its own.");
            }
        }

        return this;
    }

    /// <summary>Allows gates to ask a callback of this name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>These resources, to chain.</returns>
    public SteeringResources AddCallback(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (_lock)
        {
            _callbacks.Add(name);
        }

        return this;
    }

    internal LoadedSae FindSae(SteeringPolicy? policy, string? id, string where)
    {
        lock (_lock)
        {
            id ??= OnlyId(policy, where);
            if (_registered.TryGetValue(id, out var registered))
            {
                return registered;
            }

            if (policy is null || !policy.Saes.TryGetValue(id, out var reference))
            {
                string[] known = [.. _registered.Keys.Concat(policy?.Saes.Keys ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                throw new UnknownNameException(NamedKind.Sae, id, known, $"{where}: there is no SAE '{id}'; known are {Names(known)}. Name its folder under \"saes\" in the policy, give it with --sae {id}=DIR on the command line, or register it.");
            }

            var folder = Resolve(policy, reference.Path, where);
            if (!_saes.TryGetValue(folder, out var sae))
            {
                sae = Located.At(where, () => SaeFolder.Load(folder));
                _saes.Add(folder, sae);
            }

            return new LoadedSae(id, sae, reference.Site);
        }
    }

    internal SteeringVectorSet FindVectors(SteeringPolicy? policy, string file, string where)
    {
        lock (_lock)
        {
            var path = Resolve(policy, file, where);
            if (!_vectors.TryGetValue(path, out var vectors))
            {
                vectors = Located.At(where, () => VectorFile.Read(path));
                _vectors.Add(path, vectors);
            }

            return vectors;
        }
    }

    internal void CheckCallback(string name, string where)
    {
        lock (_lock)
        {
            if (!_callbacks.Contains(name))
            {
                throw new UnknownNameException(NamedKind.Callback, name, [.. _callbacks], $"{where}: no callback '{name}' is registered; known are {Names(_callbacks)}. Register it before the policy is used.");
            }
        }
    }

    private string OnlyId(SteeringPolicy? policy, string where)
    {
        var known = KnownIds(policy);
        return known.Count == 1
            ? known.First()
            : throw new SteeringException($"{where}: the feature names no SAE, and there {(known.Count == 0 ? "is none: name its folder under \"saes\" in the policy, give it with --sae DIR on the command line, or register it" : $"are several ({Names(known)}): name one with 'sae'")}.");
    }

    private SortedSet<string> KnownIds(SteeringPolicy? policy) =>
        new(policy is { Saes.Count: > 0 } ? policy.Saes.Keys : _registered.Keys, StringComparer.Ordinal);

    private string Resolve(SteeringPolicy? policy, string path, string where)
    {
        var root = Root ?? policy?.Folder
            ?? throw new SteeringException($"{where}: '{path}' names a file, but the policy was made in code and the resources have no root folder; create them with the folder that holds the file.");
        var full = Path.GetFullPath(path, policy?.Folder ?? root);
        var relative = Path.GetRelativePath(root, full);
        if (relative == ".")
        {
            return full;
        }

        if (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative))
        {
            throw new SteeringException($"{where}: '{path}' lies outside {root}, the folder from which policies may name files. Move it there, register it by id, or create the resources with a root folder that holds both.");
        }

        return ContainedPath.Resolve(root, relative.Replace(Path.DirectorySeparatorChar, '/'));
    }

    private static string Names(IEnumerable<string> names)
    {
        var list = string.Join(", ", names.Select(name => $"'{name}'"));
        return list.Length == 0 ? "none" : list;
    }
}

/// <summary>An SAE under the id by which policies name it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Latents">The SAE.</param>
/// <param name="Site">Site that was given with the id; null takes the SAE's own.</param>
internal sealed record LoadedSae(string Id, SparseAutoencoder Latents, string? Site);
