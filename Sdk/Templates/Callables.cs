namespace Steering.Templates;

/// <summary>A macro as it is written.</summary>
internal sealed record MacroShape(string? Name, (string Name, Expression? Default)[] Parameters, Statement[] Body, bool TakesMore, bool TakesNames, bool TakesCaller);

/// <summary>A macro with the scope in which it stands.</summary>
internal sealed class Macro(MacroShape shape, Scope scope) : TemplateCallable, IAttributes
{
    public override string Name => shape.Name ?? "caller";

    public string Title => shape.Name is null ? "anonymous" : $"'{shape.Name}'";

    public string TypeName => "Macro";

    public bool TryGetAttribute(string name, out object? value)
    {
        value = name switch
        {
            "name" => shape.Name,
            "arguments" => new TemplateList([.. shape.Parameters.Select(parameter => parameter.Name)], ListKind.Tuple),
            "catch_varargs" => shape.TakesMore,
            "catch_kwargs" => shape.TakesNames,
            "caller" => shape.TakesCaller,
            _ => null,
        };
        return name is "name" or "arguments" or "catch_varargs" or "catch_kwargs" or "caller";
    }

    public override object Call(RenderState state, Arguments arguments)
    {
        var inner = new Scope(scope);
        var given = new bool[shape.Parameters.Length];
        for (var index = 0; index < Math.Min(shape.Parameters.Length, arguments.Positional.Length); index++)
        {
            inner.Set(shape.Parameters[index].Name, arguments.Positional[index]);
            given[index] = true;
        }

        if (arguments.Positional.Length > shape.Parameters.Length && !shape.TakesMore)
        {
            throw state.Error($"macro '{Name}' takes not more than {shape.Parameters.Length} argument(s)");
        }

        if (shape.TakesMore)
        {
            inner.Set("varargs", state.List(arguments.From(shape.Parameters.Length).Positional, ListKind.Tuple));
        }

        var more = state.Map();
        object? caller = new Undefined("No caller defined");
        foreach (var (name, value) in arguments.Named)
        {
            var index = Array.FindIndex(shape.Parameters, parameter => parameter.Name == name);
            if (index >= 0 && !given[index])
            {
                inner.Set(name, value);
                given[index] = true;
            }
            else if (name == "caller" && shape.TakesCaller)
            {
                caller = value;
            }
            else if (index < 0 && shape.TakesNames)
            {
                more.Set(name, value);
            }
            else
            {
                throw state.Error(index >= 0 ? $"macro '{Name}' got the argument '{name}' twice" : $"macro '{Name}' takes no keyword argument '{name}'");
            }
        }

        if (shape.TakesNames)
        {
            inner.Set("kwargs", more);
        }

        if (shape.TakesCaller)
        {
            inner.Set("caller", caller);
        }

        for (var index = 0; index < given.Length; index++)
        {
            if (!given[index])
            {
                var (name, value) = shape.Parameters[index];
                inner.Set(name, value is null ? new Undefined($"parameter '{name}' was not provided") : value.Evaluate(state, inner));
            }
        }

        return Statement.Capture(shape.Body, state, inner).Text;
    }
}

internal delegate object? Recursion(RenderState state, object? values, int depth);

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopContext : TemplateCallable, IAttributes
{
    private static readonly object None = new();

    private readonly RenderState _state;
    private readonly object? _sized;
    private readonly int _depth;
    private readonly Recursion? _recursion;
    private IEnumerator<object?> _items;
    private object? _before = None;
    private object? _current = None;
    private object? _after = None;
    private object? _changed = None;
    private int? _length;
    private int _index = -1;

    /// <param name="state">The application of the template.</param>
    /// <param name="items">The elements.</param>
    /// <param name="sized">What has a length, where the elements are all of it.</param>
    /// <param name="depth">How many recursive loops are around this one.</param>
    /// <param name="recursion">What calling the loop does.</param>
    public LoopContext(RenderState state, IEnumerable<object?> items, object? sized, int depth, Recursion? recursion) =>
        (_state, _items, _sized, _depth, _recursion) = (state, items.GetEnumerator(), sized, depth, recursion);

    public override string Name => "loop";

    public string TypeName => "LoopContext";

    public object? Current => _current;

    public int Index => _index + 1;

    public bool MoveNext()
    {
        var next = Peek();
        if (ReferenceEquals(next, None))
        {
            return false;
        }

        (_before, _current, _after) = (_current, next, None);
        _index++;
        return true;
    }

    /// <summary>The elements that are left, for a template that iterates over its loop.</summary>
    public IEnumerable<object?> Rest(RenderState state)
    {
        while (MoveNext())
        {
            state.MakeItems(2);
            yield return new TemplateList([_current, this], ListKind.Tuple);
        }
    }

    public int Length(RenderState state)
    {
        if (_length is null && _sized is not null)
        {
            _length = Operators.Length(state, _sized);
        }
        else if (_length is null)
        {
            var rest = new List<object?>();
            while (_items.MoveNext())
            {
                state.MakeItems(1);
                rest.Add(_items.Current);
            }

            _length = rest.Count + Index + (ReferenceEquals(_after, None) ? 0 : 1);
            _items = ((IEnumerable<object?>)rest).GetEnumerator();
        }

        return _length.Value;
    }

    public bool TryGetAttribute(string name, out object? value)
    {
        value = name switch
        {
            "index" => _state.Number(Index),
            "index0" => _state.Number(_index),
            "revindex" => _state.Number((long)Length(_state) - _index),
            "revindex0" => _state.Number((long)Length(_state) - Index),
            "first" => _index == 0,
            "last" => ReferenceEquals(Peek(), None),
            "length" => _state.Number(Length(_state)),
            "depth" => _state.Number(_depth + 1),
            "depth0" => _state.Number(_depth),
            "previtem" => ReferenceEquals(_before, None) ? new Undefined("there is no previous item") : _before,
            "nextitem" => ReferenceEquals(Peek(), None) ? new Undefined("there is no next item") : _after,
            "cycle" => new BoundBuiltin(new Builtin("cycle", (state, _, a) => a.Positional.Length == 0 ? throw state.Error("no items for cycling given") : a.Positional[_index % a.Positional.Length]), this),
            "changed" => new BoundBuiltin(new Builtin("changed", (state, _, a) => Changed(state, a)), this),
            _ => None,
        };
        return !ReferenceEquals(value, None);
    }

    public override object? Call(RenderState state, Arguments arguments) =>
        _recursion is null ? throw state.Error("The loop must have the 'recursive' marker to be called recursively.")
        : arguments is { Positional: [var values], Named.Length: 0 } ? _recursion(state, values, _depth + 1)
        : throw state.Error("loop() takes the elements to go through");

    private object? Peek()
    {
        if (ReferenceEquals(_after, None) && _items.MoveNext())
        {
            _after = _items.Current;
        }

        return _after;
    }

    private bool Changed(RenderState state, Arguments arguments)
    {
        var value = new TemplateList(arguments.Positional, ListKind.Tuple);
        if (!ReferenceEquals(_changed, None) && Operators.Same(state, _changed, value))
        {
            return false;
        }

        _changed = value;
        return true;
    }
}

/// <summary>The variable <c>self</c>: the blocks of the template.</summary>
internal sealed class BlockTable(IReadOnlyDictionary<string, Block> blocks, Scope scope) : IAttributes
{
    public string TypeName => "TemplateReference";

    public bool TryGetAttribute(string name, out object? value)
    {
        value = blocks.TryGetValue(name, out var block)
            ? new BoundBuiltin(new Builtin(name, string.Empty, (state, _, _) => state.Capture(inner => block.Execute(inner, scope))), this)
            : null;
        return value is not null;
    }
}
