using System.Collections;

namespace Steering.Policies;

/// <summary>The SAEs that a policy names, by id in ordinal order; compares by its entries.</summary>
internal sealed class SaeReferences : IReadOnlyDictionary<string, SaeReference>, IEquatable<SaeReferences>
{
    private readonly SortedList<string, SaeReference> _entries;

    private SaeReferences(IEnumerable<KeyValuePair<string, SaeReference>> entries)
    {
        _entries = new SortedList<string, SaeReference>(StringComparer.Ordinal);
        foreach (var (id, reference) in entries)
        {
            _entries.Add(id, reference);
        }
    }

    public static SaeReferences Empty { get; } = new([]);

    public IEnumerable<string> Keys => _entries.Keys;

    public IEnumerable<SaeReference> Values => _entries.Values;

    public int Count => _entries.Count;

    public SaeReference this[string key] => _entries[key];

    public static SaeReferences Of(IEnumerable<KeyValuePair<string, SaeReference>>? entries) =>
        entries switch
        {
            SaeReferences references => references,
            null => Empty,
            _ => new SaeReferences(entries),
        };

    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    public bool TryGetValue(string key, out SaeReference value) => _entries.TryGetValue(key, out value!);

    public bool Equals(SaeReferences? other) => other is not null && _entries.SequenceEqual(other._entries);

    public override bool Equals(object? obj) => Equals(obj as SaeReferences);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (id, reference) in _entries)
        {
            hash.Add(id, StringComparer.Ordinal);
            hash.Add(reference);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<KeyValuePair<string, SaeReference>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
