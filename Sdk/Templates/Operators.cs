using System.Globalization;
using System.Numerics;

namespace Steering.Templates;

/// <summary>What Python does with values that meet: truth, equality, order, membership, length, elements, sums and products.</summary>
internal static partial class Operators
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
