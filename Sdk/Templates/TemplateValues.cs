using System.Runtime.CompilerServices;

namespace Steering.Templates;

/// <summary>
/// The values of the language. Python's None is null; True and False are <see cref="bool"/>; an int is <see cref="long"/> or
/// <see cref="System.Numerics.BigInteger"/>; a float is <see cref="double"/>; a str is <see cref="string"/>; the rest stands here.
/// </summary>
internal interface IAttributes
{
    string TypeName { get; }

    bool TryGetAttribute(string name, out object? value);
}

/// <summary>A name, attribute or element that is not there: prints as nothing, is false and empty, and refuses everything else.</summary>
internal sealed class Undefined(string? hint, object? owner = null, object? name = null, bool hasOwner = false)
{
    public string Message => hint
        ?? (!hasOwner ? $"'{name}' is undefined"
        : name is string ? $"'{OwnerName}' has no attribute '{name}'"
        : $"{OwnerName} has no element {Printer.Short(name)}");

    private string OwnerName => owner is null ? "None" : $"{Operators.TypeName(owner)} object";

    public static Undefined Of(object? owner, object? name) => new(null, owner, name, hasOwner: true);
}

internal enum ListKind
{
    List,
    Tuple,
    Keys,
    Values,
    Items,
}

/// <summary>A list, a tuple, or what a dictionary's <c>keys()</c>, <c>values()</c> and <c>items()</c> give. Never changed: the sandbox of transformers forbids it.</summary>
internal class TemplateList(object?[] items, ListKind kind = ListKind.List)
{
    public object?[] Items => items;

    public ListKind Kind => kind;

    public bool IsSequence => kind <= ListKind.Tuple;
}

/// <summary>A text that counts as HTML (<c>safe</c>, <c>escape</c>): what is added to it is escaped.</summary>
internal sealed record Markup(string Text);

internal sealed record TemplateRange(long Start, long Stop, long Step)
{
    public int Count => (int)Math.Max(0, Step > 0 ? (Stop - Start + Step - 1) / Step : (Start - Stop - Step - 1) / -Step);

    public object this[int index] => PythonNumber.Box(Start + (index * Step));
}

/// <summary>A slice in brackets, such as <c>[1:]</c>.</summary>
internal sealed record TemplateSlice(object? Start, object? Stop, object? Step);

/// <summary>Values made one by one when they are asked for, once.</summary>
internal sealed class TemplateGenerator(IEnumerable<object?> items)
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public bool TryNext(out object? value)
    {
        // Values that are made from values that are made … go as deep as a template stacks them.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var more = _items.MoveNext();
        value = more ? _items.Current : null;
        return more;
    }

    public IEnumerable<object?> Rest()
    {
        while (TryNext(out var value))
        {
            yield return value;
        }
    }
}

/// <summary>A dictionary in the order in which its keys came. Filled once, then never changed.</summary>
internal sealed class TemplateMap(IEqualityComparer<object> comparer, int capacity = 0)
{
    /// <summary>Stands for None, which the collection does not take as a key.</summary>
    private static readonly object None = new();

    private readonly OrderedDictionary<object, object?> _items = new(capacity, comparer);

    public int Count => _items.Count;

    public IEnumerable<KeyValuePair<object?, object?>> Items => _items.Select(pair => KeyValuePair.Create(ReferenceEquals(pair.Key, None) ? null : pair.Key, pair.Value));

    public void Set(object? key, object? value) => _items[key ?? None] = value;

    public bool TryGet(object? key, out object? value) => _items.TryGetValue(key ?? None, out value);

    public bool Contains(object? key) => _items.ContainsKey(key ?? None);
}

/// <summary>Holds what a template sets across its scopes: <c>namespace()</c>.</summary>
internal sealed class TemplateNamespace(TemplateMap attributes) : IAttributes
{
    public TemplateMap Attributes => attributes;

    public string TypeName => "Namespace";

    public bool TryGetAttribute(string name, out object? value) => attributes.TryGet(name, out value);
}

/// <summary>Arguments of a call.</summary>
internal readonly record struct Arguments(object?[] Positional, KeyValuePair<string, object?>[] Named)
{
    public static readonly Arguments None = new([], []);

    public Arguments From(int first) => new(Positional[Math.Min(first, Positional.Length)..], Named);

    public bool TryNamed(string name, out object? value)
    {
        foreach (var pair in Named)
        {
            if (pair.Key == name)
            {
                value = pair.Value;
                return true;
            }
        }

        value = null;
        return false;
    }
}

/// <summary>Something that can be called.</summary>
internal abstract class TemplateCallable
{
    public abstract string Name { get; }

    public abstract object? Call(RenderState state, Arguments arguments);
}

internal delegate object? Body(RenderState state, object? self, object?[] values);

internal delegate object? VariadicBody(RenderState state, object? self, Arguments arguments);

/// <summary>A filter, a test, a method or a global function of the language, with the names of its parameters.</summary>
internal sealed class Builtin
{
    /// <summary>Stands where an optional argument was not given.</summary>
    public static readonly object Missing = new();

    private readonly string[] _parameters;
    private readonly int _required;
    private readonly Body? _body;
    private readonly VariadicBody? _variadic;

    /// <param name="name">Its name in messages.</param>
    /// <param name="parameters">Names with a space between them; <c>?</c> behind one that may be left out.</param>
    /// <param name="body">What it does.</param>
    public Builtin(string name, string parameters, Body body)
    {
        var names = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Name = name;
        _parameters = [.. names.Select(parameter => parameter.TrimEnd('?'))];
        _required = names.Count(parameter => !parameter.EndsWith('?'));
        _body = body;
    }

    public Builtin(string name, VariadicBody body) => (Name, _parameters, _variadic) = (name, [], body);

    public string Name { get; }

    public object? Invoke(RenderState state, object? self, Arguments arguments)
    {
        if (_variadic is not null)
        {
            return _variadic(state, self, arguments);
        }

        if (arguments.Positional.Length > _parameters.Length)
        {
            throw state.Error($"{Name}() takes at most {_parameters.Length} arguments ({arguments.Positional.Length} given)");
        }

        var values = new object?[_parameters.Length];
        arguments.Positional.CopyTo(values, 0);
        values.AsSpan(arguments.Positional.Length).Fill(Missing);
        foreach (var (name, value) in arguments.Named)
        {
            var index = Array.IndexOf(_parameters, name);
            if (index < 0 || !ReferenceEquals(values[index], Missing))
            {
                throw state.Error(index < 0 ? $"{Name}() has no argument '{name}'" : $"{Name}() got the argument '{name}' twice");
            }

            values[index] = value;
        }

        for (var index = 0; index < _required; index++)
        {
            if (ReferenceEquals(values[index], Missing))
            {
                throw state.Error($"{Name}() needs the argument '{_parameters[index]}'");
            }
        }

        return _body!(state, self, values);
    }
}

/// <summary>A built-in function that is a value: a global, or a method with its object.</summary>
internal sealed class BoundBuiltin(Builtin builtin, object? self) : TemplateCallable
{
    public override string Name => builtin.Name;

    public override object? Call(RenderState state, Arguments arguments) => builtin.Invoke(state, self, arguments);
}
