using Steering.Policies;
using Steering.Sandbox;
using Steering.Sandbox.Dials;

namespace SandboxModel.Policies;

/// <summary>How policies of a dial are made.</summary>
/// <param name="Dial">The dial.</param>
/// <param name="Description">What the policy says of itself.</param>
internal sealed record DialRecipe(SandboxDial Dial, string Description)
{
    private static readonly float[] Lower = [0, -0.5f, -1, -1.5f, -2];
    private static readonly float[] Higher = [2, 4, 6, 9, 12];
    private static readonly float[] Pushes = [0.05f, 0.1f, 0.2f, 0.3f, 0.4f, 0.6f];

    public static IReadOnlyList<DialRecipe> All(Topic topic) =>
    [
        new(SandboxDial.Friendly, "No rude replies, even to a rude user."),
        new(SandboxDial.Rude, "Rude replies, even to a friendly user."),
        new(SandboxDial.About(topic), $"Talks about {SandboxDial.About(topic).Name} where the user leaves the topic open."),
        new(SandboxDial.Reflect, "Second looks at the steps of a solution."),
    ];

    /// <summary>An empty policy of the dial.</summary>
    public SteeringPolicy Start => SteeringPolicy.Create(Dial.Name) with { Description = Description };

    /// <summary>What is tried alone and then together: the features with the largest effects, turned by what they are already or pushed.</summary>
    /// <param name="effects">What the features do to the dial.</param>
    /// <param name="sae">The autoencoder's id.</param>
    /// <param name="features">How many features of each kind.</param>
    public static IEnumerable<Lever> Levers(FeatureEffects effects, string sae, int features)
    {
        foreach (var down in FeatureEffects.Smallest(effects.Gain, features))
        {
            yield return new Lever(down, Lower, (policy, gain) => policy.Scale(Feature.Of(sae, down), gain));
        }

        foreach (var up in FeatureEffects.Largest(effects.Gain, features))
        {
            yield return new Lever(up, Higher, (policy, gain) => policy.Scale(Feature.Of(sae, up), gain));
            yield return new Lever(up, Pushes, (policy, push) => policy.Add(Feature.Of(sae, up), push));
            yield return new Lever(up, Pushes, (policy, push) => policy.Add(Feature.Of(sae, up), push, span: InterventionSpan.Prompt));
        }

        foreach (var pushed in FeatureEffects.Largest(effects.Push, features))
        {
            yield return new Lever(pushed, Pushes, (policy, push) => policy.Add(Feature.Of(sae, pushed), push));
        }
    }
}
