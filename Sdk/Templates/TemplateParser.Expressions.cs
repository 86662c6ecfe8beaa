namespace Steering.Templates;

/// <content>The expressions, from the loosest binding to the tightest.</content>
internal sealed partial class TemplateParser
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Operators that bind alike, from the loosest; <c>~</c> stands between sums and products.</summary>
    private static readonly string[][] Levels = [["+", "-"], ["~"], ["*", "/", "//", "%"], ["**"]];

    /// <summary>One expression, or several with commas between them: a tuple.</summary>
    private Expression Tuple(bool conditions = true, bool simple = false, bool parentheses = false, string? end = null)
    {
        var at = Current.Offset;
        var items = new List<Expression>();
        var isTuple = false;
        while (!(Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || Current.IsOperator(")") || (end is not null && Current.Is(end))))
        {
            items.Add(simple ? Primary() : Expression(conditions));
            if (!SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return !isTuple && items.Count == 1 ? items[0]
            : isTuple || parentheses ? new ListLiteral(at, [.. items], ListKind.Tuple)
            : throw Unexpected($"Expected an expression, got '{Current.Described}'");
    }

    private Expression Expression(bool conditions = true)
    {
        Deeper();
        var unknown = _unknown.Count;
        var value = Or();
        while (conditions && Current.Is("if"))
        {
            var at = Take().Offset;
            var test = Or();
            var otherwise = Skip("else") ? Expression() : null;
            value = new Condition(at, test, value, otherwise);
            _unknown.RemoveRange(unknown, _unknown.Count - unknown);
        }

        _nesting--;
        return value;
    }

    private Expression Or()
    {
        var value = And();
        while (Current.Is("or"))
        {
            value = new Logic(Take().Offset, value, and: false, And());
        }

        return value;
    }

    private Expression And()
    {
        var value = Negation();
        while (Current.Is("and"))
        {
            value = new Logic(Take().Offset, value, and: true, Negation());
        }

        return value;
    }

    private Expression Negation()
    {
        if (!Current.Is("not"))
        {
            return Compared();
        }

        var at = Take().Offset;
        Deeper();
        var operand = Negation();
        _nesting--;
        return new Not(at, operand);
    }

    private Expression Compared()
    {
        var at = Current.Offset;
        var first = Binary(0);
        var rest = new List<(string, Expression)>();
        while (true)
        {
            var operation = Current.Kind == TokenKind.Operator && Comparisons.Contains(Current.Text) ? Current.Text
                : Current.Is("in") ? "in" : Current.Is("not") && _tokens[_next + 1].Is("in") ? "not in" : null;
            if (operation is null)
            {
                return rest.Count == 0 ? first : new Comparison(at, first, [.. rest]);
            }

            at = rest.Count == 0 ? Current.Offset : at;
            _next += operation == "not in" ? 2 : 1;
            rest.Add((operation, Binary(0)));
        }
    }

    private Expression Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var value = Binary(level + 1);
        List<Expression>? joined = null;
        while (Current.Kind == TokenKind.Operator && Levels[level].Contains(Current.Text))
        {
            var token = Take();
            var right = Binary(level + 1);
            if (token.Text != "~")
            {
                value = new Calculation(token.Offset, token.Text, value, right);
                continue;
            }

            joined ??= [value];
            joined.Add(right);
        }

        return joined is null ? value : new Concatenation(value.At, [.. joined]);
    }

    private Expression Unary(bool filters = true)
    {
        Expression value;
        if (Current.IsOperator("-") || Current.IsOperator("+"))
        {
            var token = Take();
            Deeper();
            value = new Sign(token.Offset, token.Text == "-", Unary(filters: false));
            _nesting--;
        }
        else
        {
            value = Primary();
        }

        value = Postfix(value);
        while (filters)
        {
            if (Current.IsOperator("|"))
            {
                value = Filter(value, inline: false);
            }
            else if (Current.Is("is"))
            {
                value = Test(value);
            }
            else if (Current.IsOperator("("))
            {
                value = new CallExpression(Current.Offset, value, Arguments());
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private Expression Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                switch (token.Text)
                {
                    case "true" or "True":
                        return new Constant(token.Offset, true);
                    case "false" or "False":
                        return new Constant(token.Offset, false);
                    case "none" or "None":
                        return new Constant(token.Offset, null);
                    default:
                        _read?.Add(token.Text);
                        return new Name(token.Offset, token.Text);
                }

            case TokenKind.Text:
                if (Current.Kind != TokenKind.Text)
                {
                    return new Constant(token.Offset, token.Text);
                }

                var texts = new List<string> { token.Text };
                while (Current.Kind == TokenKind.Text)
                {
                    texts.Add(Take().Text);
                }

                return new Constant(token.Offset, string.Concat(texts));
            case TokenKind.Number:
                return new Constant(token.Offset, token.Value);
            case TokenKind.Operator when token.Text == "(":
                var inner = Tuple(parentheses: true);
                ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(token.Offset, [.. Items("]", () => Expression())], ListKind.List);
            case TokenKind.Operator when token.Text == "{":
                return new MapLiteral(token.Offset, [.. Items("}", Pair)]);
            default:
                _next--;
                throw Unexpected($"unexpected '{Current.Described}'");
        }

        (Expression, Expression) Pair()
        {
            var key = Expression();
            ExpectOperator(":");
            return (key, Expression());
        }
    }

    private List<T> Items<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!SkipOperator(end))
        {
            if (items.Count > 0)
            {
                ExpectOperator(",");
                if (SkipOperator(end))
                {
                    break;
                }
            }

            items.Add(item());
        }

        return items;
    }

    private Expression Postfix(Expression value)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            var at = Current.Offset;
            switch (Current.Text)
            {
                case ".":
                    _next++;
                    value = Current.Kind switch
                    {
                        TokenKind.Name => new AttributeAccess(at, value, Take().Text),
                        TokenKind.Number when Current.Value is not double => new ElementAccess(at, value, new Constant(at, Take().Value)),
                        _ => throw Unexpected($"expected name or number, got '{Current.Described}'"),
                    };
                    break;
                case "[":
                    _next++;
                    var keys = Items("]", Subscript);
                    value = keys.Count == 0 ? throw Unexpected("Expected a key between the brackets", at)
                        : new ElementAccess(at, value, keys.Count == 1 ? keys[0] : new ListLiteral(at, [.. keys], ListKind.Tuple));
                    break;
                case "(":
                    value = new CallExpression(at, value, Arguments());
                    break;
                default:
                    return value;
            }
        }

        return value;
    }

    private Expression Subscript()
    {
        var at = Current.Offset;
        var start = Current.IsOperator(":") ? null : Expression();
        if (!SkipOperator(":"))
        {
            return start!;
        }

        var stop = Bound();
        return new SliceExpression(at, start, stop, SkipOperator(":") ? Bound() : null);

        Expression? Bound() => Current.Kind == TokenKind.Operator && Current.Text is ":" or "]" or "," ? null : Expression();
    }

    private ArgumentList Arguments()
    {
        ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        Expression? list = null;
        Expression? map = null;
        _ = Items(")", () =>
        {
            if (SkipOperator("**"))
            {
                map = map is null ? Expression() : throw Unexpected("invalid syntax for function call expression");
            }
            else if (SkipOperator("*"))
            {
                list = list is null && map is null ? Expression() : throw Unexpected("invalid syntax for function call expression");
            }
            else if (Current.Kind == TokenKind.Name && _tokens[_next + 1].IsOperator("="))
            {
                var name = Take().Text;
                _next++;
                named.Add(map is null && !named.Exists(pair => pair.Name == name) ? (name, Expression()) : throw Unexpected("invalid syntax for function call expression"));
            }
            else
            {
                positional.Add(named.Count == 0 && list is null && map is null ? Expression() : throw Unexpected("invalid syntax for function call expression"));
            }

            return true;
        });
        return positional.Count == 0 && named.Count == 0 && list is null && map is null ? ArgumentList.None : new ArgumentList([.. positional], [.. named], list, map);
    }

    private string Dotted()
    {
        var name = Expect(TokenKind.Name, "a name").Text;
        while (SkipOperator("."))
        {
            name += "." + Expect(TokenKind.Name, "a name").Text;
        }

        return name;
    }

    private Expression Filter(Expression? value, bool inline)
    {
        while (inline || SkipOperator("|"))
        {
            inline = false;
            var at = Current.Offset;
            var name = Dotted();
            var arguments = Current.IsOperator("(") ? Arguments() : ArgumentList.None;
            value = new Application(at, value, "filter", name, Known("filter", name, at, TemplateFilters.Find(name)), arguments);
        }

        return value!;
    }

    private Expression Test(Expression value)
    {
        Take();
        var negated = Skip("not");
        var at = Current.Offset;
        var name = Dotted();
        var arguments = ArgumentList.None;
        if (Current.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Number ? !(Current.Is("else") || Current.Is("or") || Current.Is("and")) : Current.IsOperator("[") || Current.IsOperator("{"))
        {
            arguments = Current.Is("is") ? throw Unexpected("You cannot chain multiple tests with is") : new ArgumentList([Postfix(Primary())], [], null, null);
        }

        Expression test = new Application(at, value, "test", name, Known("test", name, at, TemplateTests.Find(name)), arguments);
        return negated ? new Not(at, test) : test;
    }

    private Builtin? Known(string kind, string name, int at, Builtin? builtin)
    {
        if (builtin is null)
        {
            _unknown.Add((at, $"No {kind} named '{name}'."));
        }

        return builtin;
    }
}
