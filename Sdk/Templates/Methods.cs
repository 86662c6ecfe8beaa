using System.Collections.Frozen;

namespace Steering.Templates;

/// <summary>The methods of str, list, tuple, dict and numbers.</summary>
internal static partial class Methods
{
    private static readonly FrozenDictionary<string, Builtin> OfText = TextMethods().ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Builtin> OfMap = MapMethods().ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Builtin> OfList = ListMethods().ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Builtin> OfNumber = new Builtin[]
    {
        new("is_integer", string.Empty, (_, self, _) => self is not double d || d == Math.Floor(d)),
        new("bit_length", string.Empty, (state, self, _) => state.Number(self is double ? throw state.Error("'float object' has no attribute 'bit_length'") : (long)System.Numerics.BigInteger.Abs(PythonNumber.Integer(self)).GetBitLength())),
    }.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Builtin? Find(object? value, string name) => value switch
    {
        string or Markup => OfText.GetValueOrDefault(name),
        TemplateMap => OfMap.GetValueOrDefault(name),
        TemplateList { Kind: ListKind.List } => OfList.GetValueOrDefault(name),
        TemplateList { Kind: ListKind.Tuple } or TemplateRange when name is "index" or "count" => OfList[name],
        long or double or bool => OfNumber.GetValueOrDefault(name),
        _ => null,
    };

    /// <summary>Whether a method would change its object, which the sandbox of transformers forbids.</summary>
    public static bool Changes(object? value, string name) =>
        (value is TemplateMap && name is "clear" or "pop" or "popitem" or "setdefault" or "update")
        || (value is TemplateList { Kind: ListKind.List } && name is "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort");

    private static bool Given(object? value) => !ReferenceEquals(value, Builtin.Missing);

    private static IEnumerable<Builtin> MapMethods() =>
    [
        new("get", "key default?", (state, self, a) => ((TemplateMap)self!).TryGet(a[0], out var value) ? value : Given(a[1]) ? a[1] : null),
        new("keys", string.Empty, (state, self, _) => state.List([.. ((TemplateMap)self!).Items.Select(pair => pair.Key)], ListKind.Keys)),
        new("values", string.Empty, (state, self, _) => state.List([.. ((TemplateMap)self!).Items.Select(pair => pair.Value)], ListKind.Values)),
        new("items", string.Empty, (state, self, _) => Pairs(state, (TemplateMap)self!)),
        new("copy", string.Empty, (_, self, _) => self),
        new("fromkeys", "iterable value?", (state, _, a) =>
        {
            var map = state.Map();
            foreach (var key in Operators.Iterate(state, a[0]))
            {
                state.MakeItems(1, each: 24);
                map.Set(key, Given(a[1]) ? a[1] : null);
            }

            return map;
        }),
    ];

    /// <summary>The pairs of a dictionary, each a tuple.</summary>
    public static TemplateList Pairs(RenderState state, TemplateMap map)
    {
        state.MakeItems(map.Count, each: 36);
        return new TemplateList([.. map.Items.Select(pair => new TemplateList([pair.Key, pair.Value], ListKind.Tuple))], ListKind.Items);
    }

    private static IEnumerable<Builtin> ListMethods() =>
    [
        new("copy", string.Empty, (_, self, _) => self),
        new("count", "value", (state, self, a) => state.Number((long)Operators.Iterate(state, self).Count(item => Operators.Same(state, item, a[0])))),
        new("index", "value start? stop?", (state, self, a) =>
        {
            var items = Operators.ToArray(state, self);
            var (start, stop) = (Given(a[1]) ? Bound(a[1]) : 0, Given(a[2]) ? Bound(a[2]) : items.Length);
            for (var at = start; at < stop && at < items.Length; at++)
            {
                if (Operators.Same(state, items[at], a[0]))
                {
                    return state.Number(at);
                }
            }

            throw state.Error($"{Printer.Short(a[0])} is not in {Operators.TypeName(self)}");

            int Bound(object? at) => Operators.Integer(state, at) is var index && index < 0 ? Math.Max(0, index + items.Length) : index;
        }),
    ];
}
