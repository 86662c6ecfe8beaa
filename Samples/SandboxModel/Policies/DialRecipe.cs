using Steering.Policies;
using Steering.Sandbox;
using Steering.Sandbox.Dials;

namespace SandboxModel.Policies;

/// <summary>How policies of a dial are made: from which labels their features are taken, and what is done with them.</summary>
/// <param name="Dial">The dial.</param>
/// <param name="Labels">Labels that features are ranked by, each with the label of the tokens that it is compared among.</param>
/// <param name="Ladders">Policies that are tried, from rankings and an autoencoder's id: several ladders, each from weak to strong.</param>
internal sealed record DialRecipe(SandboxDial Dial, IReadOnlyList<(string Label, string Among)> Labels, Func<FeatureContrast, string, IEnumerable<IEnumerable<SteeringPolicy>>> Ladders)
{
    private const string User = "the user's turn";
    private const string Reply = "the reply";
    private const string BlankLine = "blank line between steps";

    private static readonly int[] Sizes = [1, 2, 4, 8, 16];

    public static IReadOnlyList<DialRecipe> All(Topic topic) => [Friendly(), Rude(), About(topic), Reflect()];

    /// <summary>What is rude is turned to its opposite where it is active; what is friendly is added.</summary>
    private static DialRecipe Friendly()
    {
        (string, string)[] labels = [("rude reply", Reply), ("rude user", User), ("friendly reply", Reply)];
        var start = SteeringPolicy.Create(SandboxDial.Friendly.Name) with { Description = "No rude replies, even to a rude user." };
        return new DialRecipe(SandboxDial.Friendly, labels, (contrast, sae) => Sizes.SelectMany(size =>
        {
            var rude = Feature.Of(sae, contrast.Merged(["rude reply", "rude user"], size));
            int[] friendly = [.. contrast.Merged(["friendly reply"], size).Except(rude.Features)];
            return (IEnumerable<SteeringPolicy>[])
            [
                ((float[])[0, -0.5f, -1, -1.5f, -2]).Select(gain => start.Scale(rude, gain)),
                ((float[])[0.03f, 0.06f, 0.1f, 0.15f, 0.2f, 0.3f]).Select(strength => start.Ablate(rude).Add(Feature.Of(sae, friendly), strength)),
            ];
        }));
    }

    /// <summary>The prompt is read as a rude user's, and the reply is pushed a little.</summary>
    private static DialRecipe Rude()
    {
        (string, string)[] labels = [("rude reply", Reply), ("rude user", User)];
        var start = SteeringPolicy.Create(SandboxDial.Rude.Name) with { Description = "Rude replies, even to a friendly user." };
        float[] strengths = [0.05f, 0.1f, 0.15f, 0.2f, 0.3f, 0.4f, 0.6f, 0.8f];
        return new DialRecipe(SandboxDial.Rude, labels, (contrast, sae) => Sizes.SelectMany(size =>
        {
            var user = Feature.Of(sae, contrast.Merged(["rude user"], size));
            var both = Feature.Of(sae, contrast.Merged(["rude reply", "rude user"], size));
            return (IEnumerable<SteeringPolicy>[])
            [
                strengths.Select(strength => start.Add(user, strength, span: InterventionSpan.Prompt)),
                strengths.Select(strength => start.Add(both, strength, span: InterventionSpan.Prompt)),
                strengths.Select(strength => start.Add(both, strength)),
            ];
        }));
    }

    /// <summary>What tells of other topics is taken away, what tells of this one is added.</summary>
    private static DialRecipe About(Topic topic)
    {
        var dial = SandboxDial.About(topic);
        var name = "about " + dial.Name;
        string[] others = [.. Enum.GetValues<Topic>().Where(other => other != topic).Select(other => "about " + other.ToString().ToLowerInvariant())];
        (string, string)[] labels = [(name, User), .. others.Select(other => (other, User))];
        var start = SteeringPolicy.Create(dial.Name) with { Description = $"Replies about {dial.Name}, whatever the question." };
        float[] strengths = [0.1f, 0.2f, 0.3f, 0.4f, 0.6f, 0.8f, 1.2f];
        return new DialRecipe(dial, labels, (contrast, sae) => Sizes.SelectMany(size =>
        {
            var wanted = Feature.Of(sae, contrast.Merged([name], size));
            int[] unwanted = [.. contrast.Merged(others, size * others.Length).Except(wanted.Features)];
            return (IEnumerable<SteeringPolicy>[])
            [
                strengths.Select(strength => start.Add(wanted, strength)),
                strengths.Select(strength => start.Ablate(Feature.Of(sae, unwanted)).Add(wanted, strength)),
                strengths.Select(strength => start.Ablate(Feature.Of(sae, unwanted)).Add(wanted, strength, span: InterventionSpan.Prompt)),
            ];
        }));
    }

    /// <summary>What comes before a second look is made stronger where it is active, or added at the blank lines between steps.</summary>
    private static DialRecipe Reflect()
    {
        string[] before = ["before 'wait'", "before 'hold'", "before 'let'"];
        (string, string)[] labels = [.. before.Select(label => (label, BlankLine)), (BlankLine, "solution"), ("reflection step", "solution")];
        var start = SteeringPolicy.Create(SandboxDial.Reflect.Name) with { Description = "Second looks at the steps of a solution." };
        return new DialRecipe(SandboxDial.Reflect, labels, (contrast, sae) => Sizes.SelectMany(size =>
        {
            var looks = Feature.Of(sae, contrast.Merged(before, size));
            var lines = Gate.Token(Feature.Of(sae, contrast.Merged([BlankLine], 1)), 0.25f);
            return (IEnumerable<SteeringPolicy>[])
            [
                ((float[])[2, 4]).Select(gain => start.Scale(looks, gain)),
                ((float[])[0.5f, 1, 1.5f, 2, 3, 4, 6]).Select(strength => start.Add(looks, strength, gate: lines)),
            ];
        }));
    }
}
