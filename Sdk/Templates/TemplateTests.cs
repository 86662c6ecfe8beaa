using System.Collections.Frozen;

namespace Steering.Templates;

/// <summary>What can stand behind <c>is</c>.</summary>
internal static class TemplateTests
{
    private static readonly FrozenDictionary<string, Builtin> All = Tests().ToFrozenDictionary(test => test.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => All.GetValueOrDefault(name);

    private static Builtin Is(string name, Func<object?, bool> holds) => new(name, string.Empty, (_, value, _) => holds(value));

    private static IEnumerable<Builtin> Order(Func<int, bool> holds, params string[] names) => names.Select(name => new Builtin(name, "other", (state, value, a) =>
        Operators.Compare(state, value, a[0], names[^1]) is { } order && holds(order)));

    private static Builtin Equal(string name, bool wanted) => new(name, "other", (state, value, a) => Operators.Same(state, value, a[0]) == wanted);

    private static bool Divides(RenderState state, object? value, object? by, long rest) =>
        Operators.Same(state, Arithmetic.Apply(state, "%", value is string or Markup ? throw state.Error("a text cannot be divided") : value, by), rest);

    private static IEnumerable<Builtin> Tests() =>
    [
        Is("defined", value => value is not Undefined), Is("undefined", value => value is Undefined),
        Is("none", value => value is null), Is("boolean", value => value is bool), Is("true", value => value is true), Is("false", value => value is false),
        Is("integer", value => value is not bool && PythonNumber.IsInteger(value)), Is("float", value => value is double), Is("number", PythonNumber.IsNumber),
        Is("string", value => value is string or Markup), Is("mapping", value => value is TemplateMap), Is("iterable", Operators.IsIterable),
        Is("sequence", value => value is string or Markup or TemplateMap or TemplateRange or TemplateList { IsSequence: true } or Undefined),
        Is("callable", value => value is TemplateCallable or Undefined), Is("escaped", value => value is Markup),
        new("lower", string.Empty, (state, value, _) => Methods.IsCase(Printer.Text(state, value), upper: false)), new("upper", string.Empty, (state, value, _) => Methods.IsCase(Printer.Text(state, value), upper: true)),
        new("odd", string.Empty, (state, value, _) => Divides(state, value, 2L, 1)), new("even", string.Empty, (state, value, _) => Divides(state, value, 2L, 0)),
        new("divisibleby", "num", (state, value, a) => Divides(state, value, a[0], 0)),
        new("in", "seq", (state, value, a) => Operators.Contains(state, a[0], value)),
        new("sameas", "other", (_, value, a) => ReferenceEquals(value, a[0]) || (value is bool or long && Equals(value, a[0])) || (value is string text && a[0] is string other && text == other)),
        new("filter", string.Empty, (_, value, _) => value is string name && TemplateFilters.Find(name) is not null), new("test", string.Empty, (_, value, _) => value is string name && Find(name) is not null),
        Equal("==", wanted: true), Equal("eq", wanted: true), Equal("equalto", wanted: true), Equal("!=", wanted: false), Equal("ne", wanted: false),
        .. Order(order => order > 0, "gt", "greaterthan", ">"), .. Order(order => order >= 0, "ge", ">="), .. Order(order => order < 0, "lt", "lessthan", "<"), .. Order(order => order <= 0, "le", "<="),
    ];
}
