using System.Numerics;

namespace Steering.Templates;

/// <content>Equality, hashes and order.</content>
internal static partial class Operators
{
    public static bool Same(RenderState state, object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return left is not double d || !double.IsNaN(d);
        }

        if (left is null || right is null)
        {
            return false;
        }

        if (AsText(left) is { } text)
        {
            if (AsText(right) is not { } other || text.Length != other.Length)
            {
                return false;
            }

            state.Read(text);
            return text == other;
        }

        state.Work(1);
        return PythonNumber.IsNumber(left) ? PythonNumber.IsNumber(right) && PythonNumber.Compare(left, right) == 0 : (left, right) switch
        {
            (Undefined, Undefined) => true,
            (TemplateRange a, TemplateRange b) => a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step))),
            (TemplateList a, TemplateList b) => SameLists(state, a, b),
            (TemplateMap a, TemplateMap b) => SameMaps(state, a, b),
            _ => false,
        };
    }

    private static bool SameLists(RenderState state, TemplateList left, TemplateList right)
    {
        if (left.Kind != right.Kind || left.Items.Length != right.Items.Length || left.Kind == ListKind.Values)
        {
            return false;
        }

        state.Enter();
        var same = true;
        for (var index = 0; same && index < left.Items.Length; index++)
        {
            // Views of a dictionary are sets: their order does not count.
            same = left.IsSequence ? Same(state, left.Items[index], right.Items[index]) : Contains(state, right, left.Items[index]);
        }

        state.Leave();
        return same;
    }

    private static bool SameMaps(RenderState state, TemplateMap left, TemplateMap right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        state.Enter();
        var same = left.Items.All(pair => right.TryGet(pair.Key, out var value) && Same(state, pair.Value, value));
        state.Leave();
        return same;
    }

    public static int Hash(RenderState state, object value)
    {
        state.Work(1);
        switch (value)
        {
            case string text:
                state.Read(text);
                return text.GetHashCode(StringComparison.Ordinal);
            case Markup markup:
                return Hash(state, markup.Text);
            case bool b:
                return (b ? 1L : 0L).GetHashCode();
            case double d when d == Math.Floor(d) && Math.Abs(d) < 1L << 62:
                return ((long)d).GetHashCode();
            case double d when d == Math.Floor(d) && double.IsFinite(d):
                return new BigInteger(d).GetHashCode();
            case TemplateList { Kind: ListKind.Tuple } tuple:
                state.Enter();
                var hash = default(HashCode);
                foreach (var item in tuple.Items)
                {
                    hash.Add(item is null ? 0 : Hash(state, item));
                }

                state.Leave();
                return hash.ToHashCode();
            case TemplateList or TemplateMap or TemplateSlice:
                throw state.Error($"unhashable type: '{TypeName(value)}'");
            case Undefined:
                return 0;
            default:
                return value.GetHashCode();
        }
    }

    /// <summary>Orders two values; null where neither is before the other (nan).</summary>
    public static int? Compare(RenderState state, object? left, object? right, string operation)
    {
        Refuse(state, left);
        Refuse(state, right);
        state.Work(1);
        if (AsText(left) is { } text && AsText(right) is { } other)
        {
            state.Read(text.Length < other.Length ? text : other);
            return PythonText.Compare(text, other);
        }

        if (PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right))
        {
            return PythonNumber.Compare(left!, right!);
        }

        if (left is not TemplateList { IsSequence: true } a || right is not TemplateList { IsSequence: true } b || a.Kind != b.Kind)
        {
            throw state.Error($"'{operation}' not supported between instances of '{TypeName(left)}' and '{TypeName(right)}'");
        }

        state.Enter();
        var common = Math.Min(a.Items.Length, b.Items.Length);
        var at = 0;
        while (at < common && Same(state, a.Items[at], b.Items[at]))
        {
            at++;
        }

        int? order = at == common ? a.Items.Length.CompareTo(b.Items.Length) : Compare(state, a.Items[at], b.Items[at], operation);
        state.Leave();
        return order;
    }

    /// <summary>A stable sort that pays for its comparisons; that of the library wraps what a comparison throws.</summary>
    public static object?[] Sort(RenderState state, object?[] items, Func<object?, object?> key, bool reverse)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        state.MakeItems(keyed.Length, each: 16);
        var buffer = new (object? Key, object? Item)[keyed.Length];
        for (var width = 1; width < keyed.Length; width *= 2)
        {
            for (var start = 0; start < keyed.Length; start += 2 * width)
            {
                var (middle, end) = (Math.Min(start + width, keyed.Length), Math.Min(start + (2 * width), keyed.Length));
                var (left, right) = (start, middle);
                for (var at = start; at < end; at++)
                {
                    // Equal elements keep their order, reversed or not.
                    var takesRight = left == middle || (right < end
                        && (reverse ? Compare(state, keyed[left].Key, keyed[right].Key, "<") < 0 : Compare(state, keyed[right].Key, keyed[left].Key, "<") < 0));
                    buffer[at] = takesRight ? keyed[right++] : keyed[left++];
                }
            }

            (keyed, buffer) = (buffer, keyed);
        }

        return [.. keyed.Select(pair => pair.Item)];
    }
}
