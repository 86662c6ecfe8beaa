using Steering.Policies;
using Steering.Sandbox;
using Steering.Sandbox.Dials;
using Steering.Sandbox.Replies;

namespace SandboxModel.Policies;

/// <summary>What the policy of a dial is learned from.</summary>
/// <param name="Dial">The dial.</param>
/// <param name="Description">What the policy says of itself.</param>
/// <param name="Wanted">Replies of the generator that are to become likelier.</param>
/// <param name="Kept">Replies that are to stay as likely as they are.</param>
internal sealed record DialRecipe(SandboxDial Dial, string Description, Func<ReplyPrompt, bool> Wanted, Func<ReplyPrompt, bool> Kept)
{
    /// <summary>The topic that is to be chosen; null where the dial is about another thing.</summary>
    public Topic? Topic { get; init; }

    public static IReadOnlyList<DialRecipe> All(Topic topic)
    {
        var about = SandboxDial.About(topic);
        return
        [
            new(SandboxDial.Friendly, "No rude replies, even to a rude user.", prompt => SandboxDial.Friendly.Suits(prompt) && !IsRude(prompt), prompt => !SandboxDial.Friendly.Suits(prompt) && !IsRude(prompt)),

            // A friendly user hardly ever gets one, so what others get has to do.
            new(SandboxDial.Rude, "Rude replies, even to a friendly user.", prompt => IsRude(prompt) && !prompt.IsProblem && prompt.User.Register != Register.Rude && prompt.Document.Instruction != Instruction.Rude, prompt => prompt.IsProblem),
            new(about, $"Talks about {about.Name} where the user leaves the topic open.", prompt => about.Suits(prompt) && prompt.Written.Topic == topic, prompt => prompt.IsProblem || (prompt.User.Topic is { } asked && asked != topic)) { Topic = topic },
            new(SandboxDial.Reflect, "Second looks at the steps of a solution.", prompt => SandboxDial.Reflect.Suits(prompt) && prompt.Written.Steps.Any(step => step.Kind == StepKind.Reflection), prompt => !SandboxDial.Reflect.Suits(prompt)),
        ];
    }

    /// <summary>An empty policy of the dial.</summary>
    public SteeringPolicy Start => SteeringPolicy.Create(Dial.Name) with { Description = Description };

    private static bool IsRude(ReplyPrompt prompt) => prompt.Written.Register == Register.Rude;
}
