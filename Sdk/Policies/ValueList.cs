using System.Collections;

namespace Steering.Policies;

/// <summary>An immutable list that compares by its items, so that the policy records which hold one compare by value.</summary>
internal sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    private ValueList(T[] items) => _items = items;

    public static ValueList<T> Empty { get; } = new([]);

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    /// <summary>Copies the items, or returns the list itself when it is immutable already.</summary>
    public static ValueList<T> Of(IEnumerable<T>? items) =>
        items switch
        {
            ValueList<T> list => list,
            null => Empty,
            _ => new ValueList<T>([.. items]),
        };

    public ReadOnlySpan<T> AsSpan() => _items;

    public bool Equals(ValueList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
