using System.Collections.Frozen;

namespace Steering.Templates;

/// <summary>The functions that are there without being given: Jinja's, and those that transformers adds.</summary>
internal static class TemplateGlobals
{
    /// <summary>Longest range of Jinja's sandbox.</summary>
    private const int LongestRange = 100_000;

    private static readonly FrozenDictionary<string, BoundBuiltin> All = new Builtin[]
    {
        new("raise_exception", "message", (state, _, a) => throw state.Raised(Printer.Text(state, a[0]))),
        new("strftime_now", "format", (state, _, a) => DateFormat.Write(state, Operators.Text(state, a[0]), state.Clock.GetLocalNow().DateTime)),
        new("namespace", (state, _, arguments) => new TemplateNamespace(Map(state, "namespace", arguments))),
        new("dict", (state, _, arguments) => Map(state, "dict", arguments)),
        new("range", (state, _, arguments) => Range(state, arguments)),
        new("cycler", (state, _, arguments) => arguments.Positional.Length == 0 ? throw state.Error("cycler() needs at least one item") : new Cycler(arguments.Positional)),
        new("joiner", "sep?", (state, _, a) => new Joiner(ReferenceEquals(a[0], Builtin.Missing) ? ", " : a[0])),
        new("lipsum", (state, _, _) => throw state.Error("lipsum() writes random text, and a prompt must be the same each time")),
    }.ToFrozenDictionary(builtin => builtin.Name, builtin => new BoundBuiltin(builtin, null), StringComparer.Ordinal);

    public static TemplateCallable? Find(string name) => All.GetValueOrDefault(name);

    private static TemplateMap Map(RenderState state, string function, Arguments arguments)
    {
        if (arguments.Positional.Length > 1)
        {
            throw state.Error($"{function} expected at most 1 argument, got {arguments.Positional.Length}");
        }

        var map = state.Map(arguments.Named.Length);
        if (arguments.Positional is [TemplateMap other])
        {
            state.MakeItems(other.Count, each: 24);
            foreach (var (key, value) in other.Items)
            {
                map.Set(key, value);
            }
        }
        else if (arguments.Positional is [var pairs])
        {
            foreach (var pair in Operators.Iterate(state, pairs))
            {
                var items = Operators.ToArray(state, pair);
                state.MakeItems(1, each: 24);
                map.Set(items.Length == 2 ? items[0] : throw state.Error($"dictionary update sequence element has length {items.Length}; 2 is required"), items[1]);
            }
        }

        foreach (var (key, value) in arguments.Named)
        {
            map.Set(key, value);
        }

        return map;
    }

    private static TemplateRange Range(RenderState state, Arguments arguments)
    {
        if (arguments.Named.Length > 0 || arguments.Positional.Length is 0 or > 3)
        {
            throw state.Error("range() takes one to three numbers");
        }

        var numbers = arguments.Positional.Select(value => (long)Operators.Integer(state, value)).ToArray();
        var (start, stop, step) = numbers.Length == 1 ? (0L, numbers[0], 1L) : (numbers[0], numbers[1], numbers.Length == 3 ? numbers[2] : 1L);
        if (step == 0)
        {
            throw state.Error("range() arg 3 must not be zero");
        }

        // Counted before it is made: a count beyond 32 bits has no place in the range.
        return Math.Abs((double)(stop - start) / step) > LongestRange && (stop > start) == (step > 0)
            ? throw state.Limit($"range() makes more than {LongestRange} numbers")
            : new TemplateRange(start, stop, step);
    }

    private sealed class Cycler(object?[] items) : IAttributes
    {
        private int _at;

        public string TypeName => "Cycler";

        public bool TryGetAttribute(string name, out object? value)
        {
            value = name switch
            {
                "current" => items[_at],
                "next" => new BoundBuiltin(new Builtin("next", string.Empty, (_, _, _) => Next()), this),
                "reset" => new BoundBuiltin(new Builtin("reset", string.Empty, (_, _, _) => { _at = 0; return null; }), this),
                _ => null,
            };
            return name is "current" or "next" or "reset";
        }

        private object? Next()
        {
            var item = items[_at];
            _at = (_at + 1) % items.Length;
            return item;
        }
    }

    private sealed class Joiner(object? separator) : TemplateCallable
    {
        private bool _used;

        public override string Name => "joiner";

        public override object? Call(RenderState state, Arguments arguments)
        {
            var text = _used ? separator : string.Empty;
            _used = true;
            return text;
        }
    }
}
