namespace Steering.Templates;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A piece of a template that writes or sets something.</summary>
internal abstract class Statement(int at)
{
    public int At => at;

    public abstract Flow Execute(RenderState state, Scope scope);

    public static Flow Run(Statement[] body, RenderState state, Scope scope)
    {
        foreach (var statement in body)
        {
            var flow = statement.Execute(state, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>What a body writes, and how it ended.</summary>
    public static (string Text, Flow Flow) Capture(Statement[] body, RenderState state, Scope scope)
    {
        var flow = Flow.Next;
        var text = state.Capture(inner => flow = Run(body, inner, scope));
        return (text, flow);
    }
}

internal sealed class Text(int at, string text) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        state.Write(text);
        return Flow.Next;
    }
}

internal sealed class Print(int at, Expression value) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        var text = Printer.Text(state, value.Evaluate(state, scope));
        state.At = At;
        state.Write(text);
        return Flow.Next;
    }
}

internal sealed class If(int at, (Expression Test, Statement[] Body)[] branches, Statement[] otherwise) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        foreach (var (test, body) in branches)
        {
            if (Operators.Truth(test.Evaluate(state, scope)))
            {
                return Run(body, state, scope);
            }
        }

        return Run(otherwise, state, scope);
    }
}

internal sealed class For(int at, Expression target, Expression items, Expression? test, bool recursive, Statement[] body, Statement[] otherwise) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        return Loop(state, scope, items.Evaluate(state, scope), depth: 0);
    }

    /// <summary>Runs over the elements; a recursive loop comes back here with others.</summary>
    public Flow Loop(RenderState state, Scope scope, object? values, int depth)
    {
        state.At = At;
        var source = Operators.Iterate(state, values);
        var context = new LoopContext(
            state,
            test is null ? source : source.Where(value => Passes(state, scope, value)),
            test is null && values is not (TemplateGenerator or Undefined or LoopContext) ? values : null,
            depth,
            recursive ? (inner, others, level) => inner.Capture(inside => Loop(inside, scope, others, level)) : null);
        var completed = false;
        while (context.MoveNext())
        {
            state.Step(At);
            state.MakeItems(1);
            var inner = new Scope(scope);
            target.Assign(state, inner, context.Current);
            inner.Set("loop", context);
            var flow = Run(body, state, inner);
            if (flow == Flow.Break)
            {
                break;
            }

            // As in Jinja, an iteration that was cut short does not count for "else".
            completed |= flow == Flow.Next;
        }

        return completed || otherwise.Length == 0 ? Flow.Next : Run(otherwise, state, new Scope(scope));
    }

    private bool Passes(RenderState state, Scope scope, object? value)
    {
        var inner = new Scope(scope);
        target.Assign(state, inner, value);
        return Operators.Truth(test!.Evaluate(state, inner));
    }
}

internal sealed class Jump(int at, Flow flow) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        return flow;
    }
}

internal sealed class Set(int at, Expression target, Expression value) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        target.Assign(state, scope, value.Evaluate(state, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% set name %}…{% endset %}</c>, with filters or without.</summary>
internal sealed class SetBlock(int at, Expression target, Application? filter, Statement[] body) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        var (text, flow) = Capture(body, state, new Scope(scope));
        if (flow == Flow.Next)
        {
            target.Assign(state, scope, filter is null ? text : filter.ApplyTo(state, scope, text));
        }

        return flow;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(int at, Application filter, Statement[] body) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        var (text, flow) = Capture(body, state, new Scope(scope));
        if (flow == Flow.Next)
        {
            // Only what is printed becomes text by itself.
            state.Write(Operators.Text(state, filter.ApplyTo(state, scope, text)));
        }

        return flow;
    }
}

/// <summary><c>{% with a = 1 %}…{% endwith %}</c> and <c>{% generation %}…{% endgeneration %}</c>: a scope of its own.</summary>
internal sealed class With(int at, (Expression Target, Expression Value)[] values, Statement[] body) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        var inner = new Scope(scope);
        foreach (var (target, value) in values)
        {
            target.Assign(state, inner, value.Evaluate(state, scope));
        }

        return Run(body, state, inner);
    }
}

internal sealed class MacroDefinition(int at, MacroShape shape) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        scope.Set(shape.Name!, new Macro(shape, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>.</summary>
internal sealed class CallBlock(int at, CallExpression call, MacroShape caller) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Write(Printer.Text(state, call.Call(state, scope, new Macro(caller, scope))));
        return Flow.Next;
    }
}

/// <summary><c>{% block name %}</c>: written where it stands, and callable as <c>self.name()</c>.</summary>
internal sealed class Block(int at, string name, bool scoped, Statement[] body) : Statement(at)
{
    public string Name => name;

    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        state.Enter();
        Run(body, state, new Scope(scoped ? scope : Root(scope)));
        state.Leave();
        return Flow.Next;
    }

    private static Scope Root(Scope scope)
    {
        // The outermost scope holds what the template was given, the next what it sets.
        while (scope.Outer?.Outer is not null)
        {
            scope = scope.Outer;
        }

        return scope;
    }
}

/// <summary>A statement that cannot be honoured, refused where it is reached.</summary>
internal sealed class Refused(int at, string reason) : Statement(at)
{
    public override Flow Execute(RenderState state, Scope scope)
    {
        state.Step(At);
        throw state.Error(reason);
    }
}
