namespace Steering.Templates;

/// <summary>An expression of a template. <paramref name="at"/> is its place in the source.</summary>
internal abstract class Expression(int at)
{
    public int At => at;

    public abstract object? Evaluate(RenderState state, Scope scope);

    /// <summary>Whether a name can be set here.</summary>
    public virtual bool IsTarget => false;

    public virtual void Assign(RenderState state, Scope scope, object? value) => throw state.Error("cannot assign to this");
}

internal sealed class Constant(int at, object? value) : Expression(at)
{
    public object? Value => value;

    public override object? Evaluate(RenderState state, Scope scope) => value;
}

internal sealed class Name(int at, string name) : Expression(at)
{
    public string Text => name;

    public override bool IsTarget => true;

    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        return scope.TryGet(name, out var value) ? value : TemplateGlobals.Find(name) ?? (object)new Undefined(null, name: name);
    }

    public override void Assign(RenderState state, Scope scope, object? value) => scope.Set(name, value);
}

/// <summary><c>namespace.name</c> as a target of <c>set</c>.</summary>
internal sealed class NamespaceTarget(int at, string name, string attribute) : Expression(at)
{
    public override bool IsTarget => true;

    public override object? Evaluate(RenderState state, Scope scope) => throw state.Error("a target has no value");

    public override void Assign(RenderState state, Scope scope, object? value)
    {
        state.Step(At);
        if (!scope.TryGet(name, out var target) || target is not TemplateNamespace space)
        {
            throw state.Error("cannot assign attribute on non-namespace object");
        }

        state.MakeItems(1, each: 24);
        space.Attributes.Set(attribute, value);
    }
}

internal sealed class ListLiteral(int at, Expression[] items, ListKind kind) : Expression(at)
{
    public override bool IsTarget => kind == ListKind.Tuple && Array.TrueForAll(items, item => item.IsTarget);

    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        return state.List(Array.ConvertAll(items, item => item.Evaluate(state, scope)), kind);
    }

    public override void Assign(RenderState state, Scope scope, object? value)
    {
        state.Step(At);
        if (!Operators.IsIterable(value))
        {
            throw state.Error($"cannot unpack non-iterable {Operators.TypeName(value)} object");
        }

        var values = Operators.Iterate(state, value).Take(items.Length + 1).ToArray();
        if (values.Length != items.Length)
        {
            throw state.Error(values.Length > items.Length ? $"too many values to unpack (expected {items.Length})" : $"not enough values to unpack (expected {items.Length}, got {values.Length})");
        }

        for (var index = 0; index < items.Length; index++)
        {
            items[index].Assign(state, scope, values[index]);
        }
    }
}

internal sealed class MapLiteral(int at, (Expression Key, Expression Value)[] items) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var map = state.Map(items.Length);
        foreach (var (key, value) in items)
        {
            map.Set(key.Evaluate(state, scope), value.Evaluate(state, scope));
        }

        return map;
    }
}

internal sealed class Condition(int at, Expression test, Expression then, Expression? otherwise) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        return Operators.Truth(test.Evaluate(state, scope)) ? then.Evaluate(state, scope)
            : otherwise is not null ? otherwise.Evaluate(state, scope)
            : new Undefined("the inline if-expression evaluated to false and no else section was defined.");
    }
}

/// <summary><c>and</c> and <c>or</c>, which give one of their sides.</summary>
internal sealed class Logic(int at, Expression left, bool and, Expression right) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var value = left.Evaluate(state, scope);
        return Operators.Truth(value) == and ? right.Evaluate(state, scope) : value;
    }
}

internal sealed class Not(int at, Expression operand) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        return !Operators.Truth(operand.Evaluate(state, scope));
    }
}

internal sealed class Sign(int at, bool negative, Expression operand) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var value = operand.Evaluate(state, scope);
        state.At = At;
        return Arithmetic.Negate(state, value, negative);
    }
}

internal sealed class Calculation(int at, string operation, Expression left, Expression right) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var (first, second) = (left.Evaluate(state, scope), right.Evaluate(state, scope));
        state.At = At;
        return Arithmetic.Apply(state, operation, first, second);
    }
}

/// <summary><c>a ~ b</c>: any values, joined as text.</summary>
internal sealed class Concatenation(int at, Expression[] parts) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var texts = Array.ConvertAll(parts, part => Printer.Text(state, part.Evaluate(state, scope)));
        state.At = At;
        state.MakeText(texts.Sum(text => (long)text.Length));
        return string.Concat(texts);
    }
}

internal sealed class Comparison(int at, Expression first, (string Operation, Expression Operand)[] rest) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var left = first.Evaluate(state, scope);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(state, scope);
            state.At = At;
            var holds = operation switch
            {
                "==" => Operators.Same(state, left, right),
                "!=" => !Operators.Same(state, left, right),
                "in" => Operators.Contains(state, right, left),
                "not in" => !Operators.Contains(state, right, left),
                "<" => Operators.Compare(state, left, right, operation) < 0,
                "<=" => Operators.Compare(state, left, right, operation) <= 0,
                ">" => Operators.Compare(state, left, right, operation) > 0,
                _ => Operators.Compare(state, left, right, operation) >= 0,
            };
            if (!holds)
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}

internal sealed class AttributeAccess(int at, Expression value, string name) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var owner = value.Evaluate(state, scope);
        state.At = At;
        return Members.Attribute(state, owner, name);
    }
}

internal sealed class ElementAccess(int at, Expression value, Expression key) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        var (owner, element) = (value.Evaluate(state, scope), key.Evaluate(state, scope));
        state.At = At;
        return Members.Element(state, owner, element);
    }
}

internal sealed class SliceExpression(int at, Expression? start, Expression? stop, Expression? step) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope) =>
        new TemplateSlice(start?.Evaluate(state, scope), stop?.Evaluate(state, scope), step?.Evaluate(state, scope));
}

/// <summary>Arguments as they are written: <c>value</c>, <c>name=value</c>, <c>*list</c>, <c>**dictionary</c>.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? List, Expression? Map)
{
    public static readonly ArgumentList None = new([], [], null, null);

    public Arguments Evaluate(RenderState state, Scope scope)
    {
        if (this == None)
        {
            return Arguments.None;
        }

        var positional = Array.ConvertAll(Positional, value => value.Evaluate(state, scope));
        var named = Array.ConvertAll(Named, pair => KeyValuePair.Create(pair.Name, pair.Value.Evaluate(state, scope)));
        if (List is not null)
        {
            positional = [.. positional, .. Operators.ToArray(state, List.Evaluate(state, scope))];
        }

        if (Map is not null)
        {
            var map = Map.Evaluate(state, scope) as TemplateMap ?? throw state.Error("argument after ** must be a mapping");
            state.MakeItems(map.Count, each: 12);
            named = [.. named, .. map.Items.Select(pair => KeyValuePair.Create(Operators.Text(state, pair.Key), pair.Value))];
        }

        return new Arguments(positional, named);
    }
}

internal sealed class CallExpression(int at, Expression function, ArgumentList arguments) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope) => Call(state, scope, null);

    /// <summary>Calls with the body of a call block as <c>caller</c>.</summary>
    public object? Call(RenderState state, Scope scope, Macro? caller)
    {
        state.Step(At);
        var target = function.Evaluate(state, scope);
        var values = arguments.Evaluate(state, scope);
        state.At = At;
        Operators.Refuse(state, target);
        if (target is not TemplateCallable callable)
        {
            throw state.Error($"'{Operators.TypeName(target)}' object is not callable");
        }

        if (caller is not null)
        {
            values = values with { Named = [.. values.Named, KeyValuePair.Create<string, object?>("caller", caller)] };
        }

        state.Enter();
        var result = callable.Call(state, values);
        state.Leave();
        return result;
    }
}

/// <summary><c>value | name(…)</c>, and <c>value is name …</c>. A name that is not known is refused where it is reached.</summary>
internal sealed class Application(int at, Expression? value, string kind, string name, Builtin? builtin, ArgumentList arguments) : Expression(at)
{
    public override object? Evaluate(RenderState state, Scope scope)
    {
        state.Step(At);
        return Apply(state, scope, value?.Evaluate(state, scope));
    }

    private object? Apply(RenderState state, Scope scope, object? input)
    {
        state.At = At;
        if (builtin is null)
        {
            throw state.Error($"No {kind} named '{name}'.");
        }

        var values = arguments.Evaluate(state, scope);
        state.At = At;
        var result = builtin.Invoke(state, input, values);
        return kind == "test" ? Operators.Truth(result) : result;
    }

    /// <summary>Applies the filters of a block, the innermost first, to what the block wrote.</summary>
    public object? ApplyTo(RenderState state, Scope scope, object? input)
    {
        state.Step(At);
        return Apply(state, scope, value is Application inner ? inner.ApplyTo(state, scope, input) : input);
    }
}
