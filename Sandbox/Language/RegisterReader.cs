namespace Steering.Sandbox.Language;

/// <summary>Reads the file of registers.</summary>
internal static class RegisterReader
{
    public static IReadOnlyDictionary<string, RegisterGrammar> Read(string file)
    {
        var registers = new Dictionary<string, RegisterGrammar>(StringComparer.OrdinalIgnoreCase);
        RegisterGrammar? register = null;
        foreach (var (directive, rest) in GrammarText.Lines(file))
        {
            if (directive == "register")
            {
                register = new RegisterGrammar(rest);
                registers.Add(rest, register);
                continue;
            }

            var current = register ?? throw new InvalidDataException($"{file}: '{directive}' stands before the first register.");
            if (directive == "marker")
            {
                current.Markers.AddRange(GrammarText.Values(rest));
                continue;
            }

            Lines(current, directive).AddRange(Alternatives(directive, rest).Select(Template.Parse));
        }

        return registers;
    }

    /// <summary>The alternatives of a line are templates of their own, so that a conversation can avoid what it has said.</summary>
    private static string[] Alternatives(string directive, string rest) =>
        directive == "comment" ? [rest] : GrammarText.Values(rest.Trim('[', ']'));

    private static List<Template> Lines(RegisterGrammar register, string directive) => directive switch
    {
        "system" => register.System,
        "user" => register.User,
        "open" => register.Open,
        "comment" => register.Comment,
        "close" => register.Close,
        _ => throw new InvalidDataException($"A register has no '{directive}'."),
    };
}
