using System.Numerics;

namespace Steering.Templates;

/// <summary>Attributes, elements and slices, in the order in which Jinja looks for them.</summary>
internal static class Members
{
    /// <summary><c>value.name</c>: a method first, then an element of that name.</summary>
    public static object? Attribute(RenderState state, object? value, string name)
    {
        Operators.Refuse(state, value);
        return TryOwn(state, value, name, out var own) ? own : TryElement(state, value, name, out var element) ? element : state.Undefined(value, name);
    }

    /// <summary><c>value[key]</c>: an element first, then a method of that name.</summary>
    public static object? Element(RenderState state, object? value, object? key)
    {
        Operators.Refuse(state, value);
        return TryElement(state, value, key, out var element) ? element
            : Operators.AsText(key) is { } name && TryOwn(state, value, name, out var own) ? own
            : state.Undefined(value, key);
    }

    /// <summary>Follows a path such as <c>function.name</c> or <c>0.role</c>, as filters do with their <c>attribute</c>.</summary>
    public static object? Path(RenderState state, object? value, object? path)
    {
        if (Operators.AsText(path) is not { } text)
        {
            return path is null ? value : Element(state, value, path);
        }

        state.Read(text);
        foreach (var part in text.Split('.'))
        {
            value = Element(state, value, part.Length > 0 && part.All(char.IsAsciiDigit) ? PythonNumber.ParseDigits(part, 10) : part);
        }

        return value;
    }

    /// <summary>What the value has by its type, not by its contents.</summary>
    public static bool TryOwn(RenderState state, object? value, string name, out object? own)
    {
        state.Work(1);
        if (value is IAttributes attributes && attributes.TryGetAttribute(name, out own))
        {
            return true;
        }

        own = null;
        if (value is not IAttributes && name is "__class__" or "__doc__" or "__init__" or "__dict__")
        {
            own = Unsafe(value, name);
        }
        else if (Methods.Find(value, name) is { } method)
        {
            own = new BoundBuiltin(method, value);
        }
        else if (Methods.Changes(value, name))
        {
            own = Unsafe(value, name);
        }
        else
        {
            own = (value, name) switch
            {
                (TemplateRange range, "start") => state.Number(range.Start),
                (TemplateRange range, "stop") => state.Number(range.Stop),
                (TemplateRange range, "step") => state.Number(range.Step),
                _ => null,
            };
        }

        return own is not null;
    }

    private static Undefined Unsafe(object? value, string name) => new($"access to attribute '{name}' of '{Operators.TypeName(value)}' object is unsafe.");

    private static bool TryElement(RenderState state, object? value, object? key, out object? element)
    {
        state.Work(1);
        element = null;
        if (value is TemplateMap map && key is not TemplateSlice)
        {
            return key is not (TemplateMap or TemplateList { Kind: not ListKind.Tuple }) && map.TryGet(key, out element);
        }

        if (key is TemplateSlice slice)
        {
            // Jinja hands a slice to Python as it is: what cannot be sliced raises.
            return TrySlice(state, value, slice, out element) ? true
                : throw state.Error(IsSliceable(value) ? "slice indices must be integers or None" : $"'{Operators.TypeName(value)}' object is not subscriptable");
        }

        if (!PythonNumber.IsInteger(key) || value is not (string or Markup or TemplateRange or TemplateList { IsSequence: true }))
        {
            return false;
        }

        var length = Operators.Length(state, value);
        var index = PythonNumber.Integer(key);
        index = index.Sign < 0 ? index + length : index;
        if (index.Sign < 0 || index >= length)
        {
            return false;
        }

        var at = (int)index;
        element = value switch
        {
            TemplateList list => list.Items[at],
            TemplateRange range => range[at],
            _ => Character(Operators.AsText(value)!),
        };
        return true;

        object Character(string text)
        {
            var offset = PythonText.Offset(text, at);
            return Arithmetic.Rewrap(value, text.Substring(offset, PythonText.Width(text, offset)));
        }
    }

    private static bool IsSliceable(object? value) => value is string or Markup or TemplateRange or TemplateList { IsSequence: true };

    private static bool TrySlice(RenderState state, object? value, TemplateSlice slice, out object? result)
    {
        result = null;
        if (!IsSliceable(value) || !IsIndex(slice.Start) || !IsIndex(slice.Stop) || !IsIndex(slice.Step))
        {
            return false;
        }

        var step = slice.Step is null ? 1L : Operators.Integer(state, slice.Step);
        if (step == 0)
        {
            throw state.Error("slice step cannot be zero");
        }

        var length = Operators.Length(state, value);
        var start = Bound(slice.Start, step > 0 ? 0 : length - 1);
        var stop = Bound(slice.Stop, step > 0 ? length : -1);
        var count = (int)Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (Operators.AsText(value) is { } text)
        {
            state.MakeText(count * 2L);
            if (step == 1)
            {
                var from = PythonText.Offset(text, (int)start);
                result = count == 0 ? string.Empty : text[from..(from + PythonText.Offset(text[from..], count))];
            }
            else
            {
                state.MakeItems(text.Length);
                var characters = PythonText.Characters(text);
                result = string.Concat(Enumerable.Range(0, count).Select(index => characters[start + (index * step)]));
            }

            result = Arithmetic.Rewrap(value, (string)result);
            return true;
        }

        if (value is TemplateRange range)
        {
            result = new TemplateRange(range.Start + (start * range.Step), range.Start + (stop * range.Step), range.Step * step);
            return true;
        }

        var list = (TemplateList)value!;
        var items = new object?[count];
        for (var index = 0; index < count; index++)
        {
            items[index] = list.Items[start + (index * step)];
        }

        result = state.List(items, list.Kind);
        return true;

        long Bound(object? bound, long missing)
        {
            if (bound is null)
            {
                return missing;
            }

            var at = (long)BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, PythonNumber.Integer(bound)));
            at = at < 0 ? at + length : at;
            return Math.Clamp(at, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
        }

        static bool IsIndex(object? bound) => bound is null || PythonNumber.IsInteger(bound);
    }
}
