using System.Globalization;
using System.Numerics;

namespace Steering.Templates;

/// <summary>What Python does with values that meet: truth, equality, order, membership, length, elements, sums and products.</summary>
internal static class Operators
{
    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        string => "str",
        Markup => "Markup",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        TemplateMap => "dict",
        TemplateList list => list.Kind switch { ListKind.List => "list", ListKind.Tuple => "tuple", ListKind.Keys => "dict_keys", ListKind.Values => "dict_values", _ => "dict_items" },
        TemplateRange => "range",
        TemplateGenerator => "generator",
        TemplateSlice => "slice",
        Undefined => "Undefined",
        IAttributes named => named.TypeName,
        _ => "function",
    };

    /// <summary>The text of a str, plain or marked as HTML.</summary>
    public static string? AsText(object? value) => value as string ?? (value as Markup)?.Text;

    public static bool Truth(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        string text => text.Length > 0,
        Markup markup => markup.Text.Length > 0,
        long n => n != 0,
        double d => d != 0,
        BigInteger n => !n.IsZero,
        TemplateList list => list.Items.Length > 0,
        TemplateMap map => map.Count > 0,
        TemplateRange range => range.Count > 0,
        _ => true,
    };

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

    public static int Length(RenderState state, object? value)
    {
        state.Work(1);
        switch (value)
        {
            case string or Markup:
                state.Read(AsText(value)!);
                return PythonText.Length(AsText(value)!);
            case TemplateList list:
                return list.Items.Length;
            case TemplateMap map:
                return map.Count;
            case TemplateRange range:
                return range.Count;
            case LoopContext loop:
                return loop.Length(state);
            case Undefined:
                return 0;
            default:
                throw state.Error($"object of type '{TypeName(value)}' has no len()");
        }
    }

    public static bool IsIterable(object? value) => value is string or Markup or TemplateList or TemplateMap or TemplateRange or TemplateGenerator or Undefined or LoopContext;

    /// <summary>The elements, each a step.</summary>
    public static IEnumerable<object?> Iterate(RenderState state, object? value)
    {
        if (!IsIterable(value))
        {
            throw state.Error($"'{TypeName(value)}' object is not iterable");
        }

        return Elements();

        IEnumerable<object?> Elements()
        {
            if (AsText(value) is { } text)
            {
                for (var at = 0; at < text.Length; at += PythonText.Width(text, at))
                {
                    state.MakeItems(0);
                    yield return PythonText.Width(text, at) == 1 ? text[at].ToString() : text.Substring(at, 2);
                }

                yield break;
            }

            if (value is TemplateRange range)
            {
                for (var index = 0; index < range.Count; index++)
                {
                    state.Work(1);
                    yield return state.Number(range.Start + (index * range.Step));
                }

                yield break;
            }

            var items = value switch
            {
                TemplateList list => list.Items,
                TemplateMap map => map.Items.Select(pair => pair.Key),
                TemplateGenerator generator => generator.Rest(),
                LoopContext loop => loop.Rest(state),
                _ => [],
            };
            foreach (var item in items)
            {
                state.Work(1);
                yield return item;
            }
        }
    }

    public static object?[] ToArray(RenderState state, object? value)
    {
        if (value is TemplateList list)
        {
            return list.Items;
        }

        var items = new List<object?>();
        foreach (var item in Iterate(state, value))
        {
            state.MakeItems(1);
            items.Add(item);
        }

        return [.. items];
    }

    public static bool Contains(RenderState state, object? container, object? item)
    {
        if (AsText(container) is { } text)
        {
            Refuse(state, item);
            var part = AsText(item) ?? throw state.Error($"'in <string>' requires string as left operand, not {TypeName(item)}");
            state.Search(text, part);
            return text.Contains(part, StringComparison.Ordinal);
        }

        if (container is TemplateMap map)
        {
            return map.Contains(item);
        }

        if (!IsIterable(container))
        {
            throw state.Error($"argument of type '{TypeName(container)}' is not iterable");
        }

        if (container is TemplateList { Kind: ListKind.Keys } && item is not null)
        {
            _ = Hash(state, item);
        }

        return Iterate(state, container).Any(element => Same(state, element, item));
    }

    /// <summary>Refuses an undefined value where one is computed with.</summary>
    public static void Refuse(RenderState state, object? value)
    {
        if (value is Undefined undefined)
        {
            throw state.Error(undefined.Message);
        }
    }

    /// <summary>An integer argument.</summary>
    public static int Integer(RenderState state, object? value)
    {
        Refuse(state, value);
        return !PythonNumber.IsInteger(value) ? throw state.Error($"'{TypeName(value)}' object cannot be interpreted as an integer")
            : (int)BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, PythonNumber.Integer(value)));
    }

    /// <summary>A text argument.</summary>
    public static string Text(RenderState state, object? value)
    {
        Refuse(state, value);
        return AsText(value) ?? throw state.Error($"expected a text (str), not {TypeName(value)}{(value is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $": {Printer.Short(value)}"))}");
    }
}
