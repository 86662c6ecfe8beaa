using Steering.Policies;
using Steering.Sandbox;
using Steering.Sandbox.Dials;

namespace SandboxModel.Policies;

/// <summary>From which labels the features of a dial's policy are taken.</summary>
/// <param name="Dial">The dial.</param>
/// <param name="Description">What the policy says of itself.</param>
/// <param name="More">Labels whose features are added, with what they are compared among.</param>
/// <param name="Less">Labels whose features are taken away.</param>
internal sealed record DialRecipe(SandboxDial Dial, string Description, IReadOnlyList<(string Label, string Among)> More, IReadOnlyList<(string Label, string Among)> Less)
{
    private static readonly int[] Sizes = [1, 2, 4, 8, 16];
    private static readonly float[] Strengths = [0.05f, 0.1f, 0.15f, 0.2f, 0.3f, 0.45f, 0.7f, 1f];

    public static IReadOnlyList<DialRecipe> All(Topic topic) =>
    [
        new(SandboxDial.Friendly, "Friendlier replies, and no rude ones even to a rude user.", [("friendly reply", "the reply")], [("rude reply", "the reply"), ("rude user", "the user's turn")]),
        new(SandboxDial.Rude, "Rude replies, even to a friendly user.", [("rude reply", "the reply"), ("rude user", "the user's turn")], []),
        new(SandboxDial.About(topic), $"Replies about {topic.ToString().ToLowerInvariant()}, whatever the question.", [("about " + topic.ToString().ToLowerInvariant(), "the reply")], []),
        new(SandboxDial.Reflect, "Second looks at the steps of a solution.", [("reflection step", "solution")], []),
    ];

    /// <summary>The policies that are tried: for each number of features a ladder of strengths, the weakest first.</summary>
    /// <param name="contrast">Which features have the labels.</param>
    /// <param name="sae">The id by which the policies name the autoencoder.</param>
    public IEnumerable<IEnumerable<SteeringPolicy>> Ladders(FeatureContrast contrast, string sae)
    {
        int[] more = Merge(contrast, More);
        int[] less = [.. Merge(contrast, Less).Except(more)];
        return Sizes.Where(size => size <= Math.Max(more.Length, less.Length)).Select(size =>
        {
            var start = SteeringPolicy.Create(Dial.Name) with { Description = Description };
            var taken = less.Length == 0 ? start : start.Ablate(Feature.Of(sae, less.AsSpan(0, Math.Min(size, less.Length))));
            return Strengths.Select(strength => taken.Add(Feature.Of(sae, more.AsSpan(0, Math.Min(size, more.Length))), strength));
        });
    }

    /// <summary>By turns from each label's ranking.</summary>
    private static int[] Merge(FeatureContrast contrast, IReadOnlyList<(string Label, string Among)> labels)
    {
        var rankings = labels.Select(label => contrast.Ranked(label.Label, Sizes[^1])).ToArray();
        return [.. Enumerable.Range(0, Sizes[^1]).SelectMany(place => rankings.Where(ranking => place < ranking.Count).Select(ranking => ranking[place])).Distinct().Take(Sizes[^1])];
    }
}
