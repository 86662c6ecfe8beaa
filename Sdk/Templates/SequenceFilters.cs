namespace Steering.Templates;

/// <summary>The filters that take lists, dictionaries and what else has elements.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<Builtin> All() =>
    [
        new("length", string.Empty, Count), new("count", string.Empty, Count),
        new("list", string.Empty, (state, value, _) => state.List([.. Operators.ToArray(state, value)])),
        new("items", string.Empty, Items),
        new("first", string.Empty, (state, value, _) => Operators.Iterate(state, value).Cast<object?>().FirstOrDefault(new Undefined("No first item, sequence was empty."))),
        new("last", string.Empty, (state, value, _) => Reversed(state, value).FirstOrDefault(new Undefined("No last item, sequence was empty."))),
        new("reverse", string.Empty, Reverse),
        new("join", "d? attribute?", (state, value, a) => Methods.Join(state, Given(a[0]) ? Printer.Text(state, a[0]) : string.Empty,
            Operators.Iterate(state, value).Select(item => Printer.Text(state, Given(a[1]) && a[1] is not null ? Members.Path(state, item, a[1]) : item)))),
        new("map", (state, value, arguments) => new TemplateGenerator(Mapped(state, value, arguments))),
        new("select", (state, value, arguments) => Selection(state, value, arguments, attribute: false, wanted: true)),
        new("reject", (state, value, arguments) => Selection(state, value, arguments, attribute: false, wanted: false)),
        new("selectattr", (state, value, arguments) => Selection(state, value, arguments, attribute: true, wanted: true)),
        new("rejectattr", (state, value, arguments) => Selection(state, value, arguments, attribute: true, wanted: false)),
        new("sort", "reverse? case_sensitive? attribute?", (state, value, a) =>
        {
            var paths = Given(a[2]) && Operators.AsText(a[2]) is { } text ? [.. text.Split(',')] : new[] { Given(a[2]) ? a[2] : null };
            return state.List(Operators.Sort(state, Operators.ToArray(state, value), item => state.List([.. paths.Select(path => Key(state, item, path, Flag(a[1])))]), Flag(a[0])));
        }),
        new("dictsort", "case_sensitive? by? reverse?", DictSort),
        new("unique", "case_sensitive? attribute?", (state, value, a) => new TemplateGenerator(Unique(state, value, Flag(a[0]), Given(a[1]) ? a[1] : null))),
        new("min", "case_sensitive? attribute?", (state, value, a) => Extreme(state, value, a, order => order < 0)),
        new("max", "case_sensitive? attribute?", (state, value, a) => Extreme(state, value, a, order => order > 0)),
        new("sum", "attribute? start?", Sum),
        new("groupby", "attribute default? case_sensitive?", GroupBy),
        new("batch", "linecount fill_with?", (state, value, a) => new TemplateGenerator(Batches(state, value, Operators.Integer(state, a[0]), Given(a[1]) ? a[1] : null))),
        new("slice", "slices fill_with?", (state, value, a) => new TemplateGenerator(Slices(state, value, Operators.Integer(state, a[0]), Given(a[1]) ? a[1] : null))),
    ];

    private static object Count(RenderState state, object? value, object?[] arguments) => state.Number((long)Operators.Length(state, value));

    private static bool Given(object? value) => TemplateFilters.Given(value);

    private static bool Flag(object? value) => Given(value) && Operators.Truth(value);

    /// <summary>What is compared: the element or something in it, texts without their case unless it counts.</summary>
    private static object? Key(RenderState state, object? item, object? path, bool caseSensitive, object? fallback = null)
    {
        var key = Members.Path(state, item, path);
        key = key is Undefined && fallback is not null ? fallback : key;
        if (caseSensitive || Operators.AsText(key) is not { } text)
        {
            return key;
        }

        state.MakeText(text.Length);
        return PythonText.Lower(text);
    }

    private static TemplateGenerator Items(RenderState state, object? value, object?[] arguments)
    {
        return new TemplateGenerator(Pairs());

        IEnumerable<object?> Pairs()
        {
            var pairs = value switch
            {
                Undefined => [],
                TemplateMap map => Methods.Pairs(state, map).Items,
                _ => throw state.Error("Can only get item pairs from a mapping."),
            };
            foreach (var pair in pairs)
            {
                yield return pair;
            }
        }
    }

    private static IEnumerable<object?> Reversed(RenderState state, object? value)
    {
        return value is string or Markup or TemplateList or TemplateMap or TemplateRange or Undefined
            ? Elements(Operators.ToArray(state, value)) : throw state.Error($"'{Operators.TypeName(value)}' object is not reversible");

        IEnumerable<object?> Elements(object?[] items)
        {
            for (var at = items.Length - 1; at >= 0; at--)
            {
                state.Work(1);
                yield return items[at];
            }
        }
    }

    private static object? Reverse(RenderState state, object? value, object?[] arguments)
    {
        if (Operators.AsText(value) is not { } text)
        {
            return value is TemplateGenerator ? state.List([.. Operators.ToArray(state, value).Reverse()]) : new TemplateGenerator(Reversed(state, value));
        }

        state.MakeItems(text.Length);
        return Arithmetic.Rewrap(value, string.Concat(PythonText.Characters(text).Reverse()));
    }

    private static IEnumerable<object?> Mapped(RenderState state, object? value, Arguments arguments)
    {
        if (!Operators.Truth(value))
        {
            yield break;
        }

        if (arguments.Positional.Length == 0 && arguments.TryNamed("attribute", out var attribute))
        {
            if (arguments.Named.FirstOrDefault(pair => pair.Key is not ("attribute" or "default")).Key is { } unknown)
            {
                throw state.Error($"Unexpected keyword argument '{unknown}'");
            }

            _ = arguments.TryNamed("default", out var fallback);
            foreach (var item in Operators.Iterate(state, value))
            {
                var found = Members.Path(state, item, attribute);
                yield return found is Undefined && fallback is not null ? fallback : found;
            }

            yield break;
        }

        var name = arguments.Positional.Length > 0 ? Operators.AsText(arguments.Positional[0]) : throw state.Error("map requires a filter argument");
        var filter = (name is null ? null : TemplateFilters.Find(name)) ?? throw state.Error($"No filter named {Printer.Short(arguments.Positional[0])}.");
        var rest = arguments.From(1);
        foreach (var item in Operators.Iterate(state, value))
        {
            state.Enter();
            var result = filter.Invoke(state, item, rest);
            state.Leave();
            yield return result;
        }
    }

    private static TemplateGenerator Selection(RenderState state, object? value, Arguments arguments, bool attribute, bool wanted)
    {
        return new TemplateGenerator(Selected());

        IEnumerable<object?> Selected()
        {
            if (!Operators.Truth(value))
            {
                yield break;
            }

            var first = attribute ? 1 : 0;
            if (arguments.Positional.Length < first)
            {
                throw state.Error("Missing parameter for attribute name");
            }

            Builtin? test = null;
            if (arguments.Positional.Length > first)
            {
                test = (arguments.Positional[first] is string name ? TemplateTests.Find(name) : null) ?? throw state.Error($"No test named {Printer.Short(arguments.Positional[first])}.");
            }

            var rest = arguments.From(first + 1);
            foreach (var item in Operators.Iterate(state, value))
            {
                var tested = attribute ? Members.Path(state, item, arguments.Positional[0]) : item;
                if (Operators.Truth(test is null ? tested : test.Invoke(state, tested, rest)) == wanted)
                {
                    yield return item;
                }
            }
        }
    }

    private static TemplateList DictSort(RenderState state, object? value, object?[] a)
    {
        var map = value as TemplateMap ?? throw state.Error($"'{Operators.TypeName(value)}' object has no attribute 'items'");
        var by = Given(a[1]) ? Operators.AsText(a[1]) : "key";
        var index = by switch { "key" => 0, "value" => 1, _ => throw state.Error("You can only sort by either \"key\" or \"value\"") };
        return state.List(Operators.Sort(state, Methods.Pairs(state, map).Items, pair => Key(state, ((TemplateList)pair!).Items[index], null, Flag(a[0])), Flag(a[2])));
    }

    private static IEnumerable<object?> Unique(RenderState state, object? value, bool caseSensitive, object? path)
    {
        var seen = state.Map();
        foreach (var item in Operators.Iterate(state, value))
        {
            var key = Key(state, item, path, caseSensitive);
            if (!seen.Contains(key))
            {
                state.MakeItems(1, each: 24);
                seen.Set(key, null);
                yield return item;
            }
        }
    }

    private static object? Extreme(RenderState state, object? value, object?[] a, Func<int, bool> better)
    {
        object? best = new Undefined("No aggregated item, sequence was empty.");
        object? bestKey = null;
        var first = true;
        foreach (var item in Operators.Iterate(state, value))
        {
            var key = Key(state, item, Given(a[1]) ? a[1] : null, Flag(a[0]));
            if (first || (Operators.Compare(state, key, bestKey, "<") is { } order && better(order)))
            {
                (best, bestKey, first) = (item, key, false);
            }
        }

        return best;
    }

    private static object? Sum(RenderState state, object? value, object?[] a)
    {
        object? sum = Given(a[1]) ? a[1] : 0L;
        if (sum is string or Markup)
        {
            throw state.Error("sum() can't sum strings; use join");
        }

        foreach (var item in Operators.Iterate(state, value))
        {
            sum = Arithmetic.Apply(state, "+", sum, Given(a[0]) && a[0] is not null ? Members.Path(state, item, a[0]) : item);
        }

        return sum;
    }

    private static TemplateList GroupBy(RenderState state, object? value, object?[] a)
    {
        var fallback = Given(a[1]) ? a[1] : null;
        var caseSensitive = Flag(a[2]);
        var groups = new List<object?>();
        var members = new List<object?>();
        object? current = null;
        foreach (var item in Operators.Sort(state, Operators.ToArray(state, value), item => Key(state, item, a[0], caseSensitive, fallback), reverse: false))
        {
            var key = Key(state, item, a[0], caseSensitive, fallback);
            if (members.Count > 0 && !Operators.Same(state, key, current))
            {
                Close();
            }

            current = key;
            members.Add(item);
        }

        if (members.Count > 0)
        {
            Close();
        }

        return state.List([.. groups]);

        void Close()
        {
            groups.Add(new Group(Key(state, members[0], a[0], caseSensitive: true, fallback), state.List([.. members])));
            members.Clear();
        }
    }

    private static IEnumerable<object?> Batches(RenderState state, object? value, int size, object? fill)
    {
        var batch = new List<object?>();
        foreach (var item in Operators.Iterate(state, value))
        {
            if (batch.Count == size)
            {
                yield return state.List([.. batch]);
                batch.Clear();
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            var missing = fill is null ? 0 : Math.Max(0, size - batch.Count);
            state.MakeItems(missing);
            batch.AddRange(Enumerable.Repeat(fill, missing));
            yield return state.List([.. batch]);
        }
    }

    private static IEnumerable<object?> Slices(RenderState state, object? value, int slices, object? fill)
    {
        var items = Operators.ToArray(state, value);
        if (slices == 0)
        {
            throw state.Error("integer division or modulo by zero");
        }

        for (int slice = 0, start = 0; slice < slices; slice++)
        {
            var extra = slice < items.Length % slices;
            var end = start + (items.Length / slices) + (extra ? 1 : 0);
            yield return state.List(fill is not null && !extra ? [.. items[start..end], fill] : items[start..end]);
            start = end;
        }
    }

    /// <summary>What <c>groupby</c> makes: a pair that also has names.</summary>
    private sealed class Group(object? grouper, TemplateList list) : TemplateList([grouper, list], ListKind.Tuple), IAttributes
    {
        public string TypeName => "tuple";

        public bool TryGetAttribute(string name, out object? value)
        {
            value = name == "grouper" ? Items[0] : Items[1];
            return name is "grouper" or "list";
        }
    }
}
