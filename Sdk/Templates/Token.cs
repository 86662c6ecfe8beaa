namespace Steering.Templates;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Number,
    Operator,
    End,
}

/// <summary>A piece of a template. <paramref name="Value"/> is the number of a number; <paramref name="Text"/> everything else.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset, object? Value = null)
{
    public bool Is(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string name) => Kind == TokenKind.Operator && Text == name;

    public string Described => Kind switch
    {
        TokenKind.Data => "template data",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.End => "end of template",
        _ => Text,
    };
}
