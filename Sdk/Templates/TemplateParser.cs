namespace Steering.Templates;

/// <summary>What a template is made of.</summary>
internal sealed record TemplateTree(Statement[] Body, IReadOnlyDictionary<string, Block> Blocks);

/// <summary>Makes the tree of a template: the statements. The expressions stand in the other half.</summary>
internal sealed partial class TemplateParser
{
    private readonly TemplateSource _source;
    private readonly TemplateLimits _limits;
    private readonly List<Token> _tokens;
    private readonly Dictionary<string, Block> _blocks = new(StringComparer.Ordinal);

    /// <summary>Filters and tests that nobody knows, where they stand outside a condition. Within one they are refused when they are reached.</summary>
    private readonly List<(int At, string Reason)> _unknown = [];

    /// <summary>Names that the body of the innermost macro reads: whether it takes further arguments follows from them.</summary>
    private HashSet<string>? _read;

    private int _next;
    private int _nesting;
    private int _loops;

    private TemplateParser(TemplateSource source, TemplateLimits limits) => (_source, _limits, _tokens) = (source, limits, TemplateLexer.Read(source));

    private Token Current => _tokens[_next];

    public static TemplateTree Parse(TemplateSource source, TemplateLimits limits)
    {
        var parser = new TemplateParser(source, limits);
        var body = parser.Statements();
        parser.RefuseUnknown(0);
        return new TemplateTree(body, parser._blocks);
    }

    private Token Take() => _tokens[_next++];

    private bool Skip(string name)
    {
        if (!Current.Is(name))
        {
            return false;
        }

        _next++;
        return true;
    }

    private bool SkipOperator(string name)
    {
        if (!Current.IsOperator(name))
        {
            return false;
        }

        _next++;
        return true;
    }

    private Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Unexpected($"expected {what}, got '{Current.Described}'");

    private void ExpectOperator(string name)
    {
        if (!SkipOperator(name))
        {
            throw Unexpected($"expected '{name}', got '{Current.Described}'");
        }
    }

    private TemplateException Unexpected(string reason, int? at = null) => new(TemplateFault.Syntax, _source, at ?? Current.Offset, reason);

    private void Deeper()
    {
        if (++_nesting > _limits.Nesting)
        {
            throw new TemplateException(TemplateFault.Limit, _source, Current.Offset, $"blocks and brackets are nested more than {_limits.Nesting} deep ({nameof(TemplateLimits)}.{nameof(TemplateLimits.Nesting)})");
        }
    }

    /// <summary>Unknown filters and tests since a place in the list are refused: no condition stands around them.</summary>
    private void RefuseUnknown(int since)
    {
        if (_unknown.Count > since)
        {
            throw Unexpected(_unknown[since].Reason, _unknown[since].At);
        }
    }

    /// <summary>Statements up to a tag of one of these names, which is left to be read.</summary>
    private Statement[] Statements(params ReadOnlySpan<string> ends)
    {
        var body = new List<Statement>();
        while (true)
        {
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Text(token.Offset, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new Print(token.Offset, Tuple()));
                    Expect(TokenKind.VariableEnd, "end of print statement");
                    break;
                case TokenKind.BlockBegin:
                    if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text))
                    {
                        return [.. body];
                    }

                    body.Add(Tag());
                    Expect(TokenKind.BlockEnd, "end of statement block");
                    break;
                default:
                    _next--;
                    return ends.Length == 0 ? [.. body] : throw Unexpected($"Unexpected end of template. Jinja was looking for the following tags: '{string.Join("' or '", ends.ToArray())}'.");
            }
        }
    }

    /// <summary>The body of a block, up to one of these tags.</summary>
    private Statement[] Body(params ReadOnlySpan<string> ends)
    {
        SkipOperator(":");
        Expect(TokenKind.BlockEnd, "end of statement block");
        Deeper();
        var body = Statements(ends);
        _nesting--;
        return body;
    }

    /// <summary>The body of a block with one end, which is read too; what is unknown in it is refused.</summary>
    private Statement[] Whole(string end)
    {
        var unknown = _unknown.Count;
        var body = Body(end);
        Take();
        RefuseUnknown(unknown);
        return body;
    }

    private Statement Tag()
    {
        var token = Expect(TokenKind.Name, "a tag's name");
        var at = token.Offset;
        switch (token.Text)
        {
            case "if":
                return IfTag(at);
            case "for":
                return ForTag(at);
            case "set":
                return SetTag(at);
            case "macro":
                var name = NameOf(Target(namesOnly: true));
                return new MacroDefinition(at, Shape(name, Signature(), "endmacro"));
            case "call":
                return CallTag(at);
            case "filter":
                var filter = (Application)Filter(null, inline: true);
                return new FilterBlock(at, filter, Whole("endfilter"));
            case "with":
                return WithTag(at);
            case "generation":
                return new With(at, [], Whole("endgeneration"));
            case "block":
                return BlockTag(at);
            case "print":
                return PrintTag(at);
            case "break" or "continue":
                return _loops > 0 ? new Jump(at, token.Text == "break" ? Flow.Break : Flow.Continue) : throw Unexpected($"'{token.Text}' outside loop", at);
            case "include" or "import" or "from" or "extends":
                SkipTag();
                return new Refused(at, $"'{token.Text}' needs other templates, and a chat template stands alone");
            case "autoescape":
                throw Unexpected("'autoescape' is not read: prompts are no HTML", at);
            default:
                throw Unexpected($"Encountered unknown tag '{token.Text}'.", at);
        }
    }

    private void SkipTag()
    {
        while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            _next++;
        }
    }

    private If IfTag(int at)
    {
        var unknown = _unknown.Count;
        var branches = new List<(Expression, Statement[])>();
        do
        {
            var test = Tuple(conditions: false);
            branches.Add((test, Body("elif", "else", "endif")));
        }
        while (Take() is { Text: "elif" });

        var otherwise = _tokens[_next - 1].Is("else") ? Body("endif") : null;
        if (otherwise is not null)
        {
            Take();
        }

        _unknown.RemoveRange(unknown, _unknown.Count - unknown);
        return new If(at, [.. branches], otherwise ?? []);
    }

    private For ForTag(int at)
    {
        var target = Target(end: "in");
        if (!Skip("in"))
        {
            throw Unexpected($"expected 'in', got '{Current.Described}'");
        }

        var items = Tuple(conditions: false, end: "recursive");
        var unknown = _unknown.Count;
        var test = Skip("if") ? Expression() : null;
        var recursive = Skip("recursive");
        _loops++;
        var body = Body("endfor", "else");
        _loops--;
        var otherwise = Take().Is("else") ? Body("endfor") : null;
        if (otherwise is not null)
        {
            Take();
        }

        RefuseUnknown(unknown);
        return new For(at, target, items, test, recursive, body, otherwise ?? []);
    }

    private Statement SetTag(int at)
    {
        var target = Target(namespaces: true);
        if (SkipOperator("="))
        {
            return new Set(at, target, Tuple());
        }

        var filter = Current.IsOperator("|") ? (Application)Filter(null, inline: false) : null;
        return new SetBlock(at, target, filter, Whole("endset"));
    }

    private CallBlock CallTag(int at)
    {
        var parameters = Current.IsOperator("(") ? Signature() : [];
        if (Expression() is not CallExpression call)
        {
            throw Unexpected("expected call", at);
        }

        return new CallBlock(at, call, Shape(null, parameters, "endcall"));
    }

    private With WithTag(int at)
    {
        var values = new List<(Expression, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                ExpectOperator(",");
            }

            var target = Target();
            ExpectOperator("=");
            values.Add((target, Expression()));
        }

        return new With(at, [.. values], Whole("endwith"));
    }

    private Block BlockTag(int at)
    {
        var name = Expect(TokenKind.Name, "the block's name").Text;
        var scoped = Skip("scoped");
        if (Skip("required"))
        {
            throw Unexpected("a required block needs another template, and a chat template stands alone", at);
        }

        var loops = _loops;
        _loops = 0;
        var block = new Block(at, name, scoped, Whole("endblock"));
        _loops = loops;
        _ = Skip(name);
        return _blocks.TryAdd(name, block) ? block : throw Unexpected($"block '{name}' defined twice", at);
    }

    private Print PrintTag(int at)
    {
        var values = new List<Expression>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                ExpectOperator(",");
            }

            values.Add(Expression());
        }

        return new Print(at, new Concatenation(at, [.. values]));
    }

    private (string Name, Expression? Default)[] Signature()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        ExpectOperator("(");
        while (!SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectOperator(",");
            }

            var name = NameOf(Target(namesOnly: true));
            var value = SkipOperator("=") ? Expression() : null;
            parameters.Add(value is not null || parameters.Count == 0 || parameters[^1].Default is null ? (name, value) : throw Unexpected("non-default argument follows default argument"));
        }

        return parameters.DistinctBy(parameter => parameter.Name, StringComparer.Ordinal).Count() == parameters.Count ? [.. parameters] : throw Unexpected("a macro has two parameters of one name");
    }

    /// <summary>The body of a macro. It takes what is left of its arguments if it reads <c>varargs</c>, <c>kwargs</c> or <c>caller</c>.</summary>
    private MacroShape Shape(string? name, (string Name, Expression? Default)[] parameters, string end)
    {
        var (outer, loops) = (_read, _loops);
        (_read, _loops) = (new HashSet<string>(StringComparer.Ordinal), 0);
        var body = Whole(end);
        var read = _read;
        (_read, _loops) = (outer, loops);
        _read?.UnionWith(read);
        bool Takes(string special) => read.Contains(special) && !Array.Exists(parameters, parameter => parameter.Name == special);
        return new MacroShape(name, parameters, body, Takes("varargs"), Takes("kwargs"), read.Contains("caller"));
    }

    private static string NameOf(Expression target) => ((Name)target).Text;

    private Expression Target(bool namesOnly = false, bool namespaces = false, string? end = null)
    {
        var at = Current.Offset;
        if (namespaces && Current.Kind == TokenKind.Name && _tokens[_next + 1].IsOperator("."))
        {
            var name = Take().Text;
            _next++;
            return new NamespaceTarget(at, name, Expect(TokenKind.Name, "an attribute's name").Text);
        }

        var target = namesOnly ? new Name(at, Expect(TokenKind.Name, "a name").Text) : Tuple(simple: true, end: end);
        return target.IsTarget && target is not Name { Text: "true" or "false" or "none" or "True" or "False" or "None" } && !(end is not null && target is Name { Text: "loop" })
            ? target : throw Unexpected("can't assign to this", at);
    }
}
