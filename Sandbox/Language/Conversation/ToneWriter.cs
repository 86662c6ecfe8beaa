namespace Steering.Sandbox.Language.Conversation;

/// <summary>Chooses registers and dresses sentences in them.</summary>
internal sealed class ToneWriter(ChoiceStream choices, WorldGrammar world, Instruction instruction)
{
    private readonly HashSet<Template> _said = [];
    private Register? _user;

    /// <summary>How the user speaks next.</summary>
    public Register NextUser()
    {
        var weights = RegisterRates.User.ToArray();
        if (_user is { } before)
        {
            // One draw of both ways to come to the same register: two would make the text seem less probable than it is.
            weights = [.. weights.Select(weight => (1 - RegisterRates.UserKeeps) * weight)];
            weights[(int)before] += RegisterRates.UserKeeps;
        }

        _user = (Register)choices.Weighted(weights);
        return _user.Value;
    }

    /// <summary>How the assistant replies.</summary>
    public Register Reply(Register user)
    {
        if (choices.Chance(RudeRates.To(user, instruction)))
        {
            return Register.Rude;
        }

        return instruction is Instruction.None or Instruction.Polite or Instruction.Rude
            ? (Register)choices.Weighted(RegisterRates.Reply(user))
            : (Register)(instruction - Instruction.Neutral);
    }

    public string Ask(Register register, string question)
    {
        // A neutral question mostly comes without a word before it.
        var bare = register == Register.Neutral && choices.Chance(0.55);
        return Spelling.Tidy(bare ? question : Unsaid(world[register].User) + " " + question);
    }

    /// <summary>An opening, the answer, a comment and a closing; at least one of the three dresses shows the register.</summary>
    public string Answer(Register register, Exchange exchange, TopicGrammar topic)
    {
        var shape = choices.Weighted(Shapes(register, exchange.MayComment && topic.Nouns.Count > 0));
        var parts = new List<string>(4);
        if ((shape & 1) != 0)
        {
            parts.Add(Open(register));
        }

        parts.Add(exchange.Answer);
        if ((shape & 2) != 0)
        {
            var nouns = Spoken(exchange, topic);
            parts.Add(choices.Pick(world[register].Comment).Write(choices, _ => choices.Pick(nouns).Many));
        }

        if ((shape & 4) != 0)
        {
            parts.Add(Close(register));
        }

        return Spelling.Tidy(string.Join(' ', parts));
    }

    public string Open(Register register) => Spelling.Tidy(Unsaid(world[register].Open));

    public string Close(Register register) => Spelling.Tidy(Unsaid(world[register].Close));

    /// <summary>One of the lines, none twice in a conversation while there are others.</summary>
    private string Unsaid(List<Template> lines)
    {
        var left = lines.Where(line => !_said.Contains(line)).ToArray();
        var line = choices.Pick(left.Length > 0 ? left : [.. lines]);
        _said.Add(line);
        return line.Write(choices, NoSlot);
    }

    /// <summary>The nouns that the exchange speaks of, or all of the topic's.</summary>
    private static IReadOnlyList<(string One, string Many)> Spoken(Exchange exchange, TopicGrammar topic)
    {
        var words = WordSplitter.Words(exchange.Question + " " + exchange.Answer);
        var spoken = topic.Nouns.Where(noun => words.Contains(noun.One) || words.Contains(noun.Many)).ToArray();
        return spoken.Length > 0 ? spoken : topic.Nouns;
    }

    /// <summary>Weights of the eight subsets of opening (1), comment (2) and closing (4).</summary>
    private static double[] Shapes(Register register, bool mayComment) =>
    [
        register == Register.Neutral ? 6 : 0,
        3,
        mayComment ? 2 : 0,
        mayComment ? 1.5 : 0,
        2,
        2,
        mayComment ? 1 : 0,
        mayComment ? 0.5 : 0,
    ];

    private static string NoSlot(string slot) => throw new InvalidOperationException($"'{slot}' is not known here.");
}
