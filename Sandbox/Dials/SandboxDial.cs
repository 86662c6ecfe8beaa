using Steering.Sandbox.Replies;

namespace Steering.Sandbox.Dials;

/// <summary>Something that a policy turns in the sandbox's replies, with the prompts on which it is measured and its judge.</summary>
/// <param name="Name">Name of the policy that turns it.</param>
/// <param name="Prompts">Which replies are asked for, in words.</param>
/// <param name="Counts">What is counted, in words.</param>
/// <param name="Raises">Whether the policy is to raise the rate, or to lower it.</param>
/// <param name="Suits">Whether a prompt is one of this dial's.</param>
/// <param name="IsHit">Whether a reply is counted.</param>
public sealed record SandboxDial(string Name, string Prompts, string Counts, bool Raises, Func<ReplyPrompt, bool> Suits, Func<SandboxReply, bool> IsHit)
{
    /// <summary>Prevention: a rude user makes a rude reply likely, and the policy is to prevent it.</summary>
    public static SandboxDial Friendly { get; } = new("friendly", "to a rude user", "rude replies", Raises: false, prompt => IsPlainTalk(prompt) && prompt.User.Register == Register.Rude, reply => reply.IsRude);

    /// <summary>The other way: a rude reply to a friendly user, which the model hardly ever gives.</summary>
    public static SandboxDial Rude { get; } = new("rude", "to a friendly user", "rude replies", Raises: true, prompt => IsPlainTalk(prompt) && prompt.User.Register == Register.Friendly, reply => reply.IsRude);

    /// <summary>Second looks at the steps of a solution.</summary>
    public static SandboxDial Reflect { get; } = new("reflect", "to a word problem", "replies with a reflection", Raises: true, prompt => prompt.IsProblem && prompt.Document.Instruction == Instruction.None, reply => reply.HasReflection);

    /// <summary>A topic, where the user leaves it to the model to choose one.</summary>
    /// <param name="topic">The topic.</param>
    public static SandboxDial About(Topic topic)
    {
        var name = topic.ToString().ToLowerInvariant();
        return new SandboxDial(name, "to an open request", $"replies about {name}", Raises: true, prompt => IsPlainTalk(prompt) && prompt.User.Register is not Register.Rude && prompt.User.Topic is null && prompt.Written.Topic is not null, reply => reply.Topic == topic);
    }

    /// <summary>The dial that a policy of a name turns; null where the name is none of a dial's.</summary>
    /// <param name="policy">Name of a policy.</param>
    public static SandboxDial? Find(string policy) => policy switch
    {
        "friendly" => Friendly,
        "rude" => Rude,
        "reflect" => Reflect,
        _ => Enum.GetValues<Topic>().Select(About).FirstOrDefault(dial => string.Equals(dial.Name, policy, StringComparison.Ordinal)),
    };

    /// <summary>First replies of documents that suit the dial, so that the prompts are independent.</summary>
    /// <param name="documents">Where to look; as many as it takes are read.</param>
    /// <param name="count">How many prompts.</param>
    public IReadOnlyList<ReplyPrompt> Choose(IEnumerable<SandboxDocument> documents, int count) => [.. ReplyPrompt.Of(documents).Where(Suits).Take(count)];

    private static bool IsPlainTalk(ReplyPrompt prompt) => !prompt.IsProblem && prompt.Document.Instruction == Instruction.None;
}
