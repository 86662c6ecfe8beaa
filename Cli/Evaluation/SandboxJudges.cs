using Steering.Analysis.Judges;
using Steering.Sandbox;
using Steering.Sandbox.Judging;

namespace Steering.Cli.Evaluation;

/// <summary>The sandbox's exact judges as judges of an experiment: <c>{"kind": "sandbox", "judge": "rude"}</c>.</summary>
internal static class SandboxJudges
{
    private static readonly IReadOnlyDictionary<string, (string Counts, Func<JudgedReply, bool> IsHit)> Judges = new Dictionary<string, (string, Func<JudgedReply, bool>)>(StringComparer.Ordinal)
    {
        ["rude"] = ("rude replies", reply => SandboxJudge.IsRude(reply.Text)),
        ["rudeRegister"] = ("replies that are mostly rude", reply => SandboxJudge.Register(reply.Text) == Register.Rude),
        ["friendlyRegister"] = ("replies that are mostly friendly", reply => SandboxJudge.Register(reply.Text) == Register.Friendly),
        ["reflection"] = ("replies with a reflection", reply => SandboxJudge.HasReflection(reply.Text)),
        ["backtrack"] = ("replies that start over", reply => SandboxJudge.StepsOf(reply.Text).Any(step => step.Kind == StepKind.Backtrack)),
        ["correct"] = ("replies with the right answer", reply => SandboxJudge.FinalAnswerIsCorrect(reply.Prompt, reply.Text)),
        ["wellFormed"] = ("well-formed replies", reply => SandboxJudge.IsWellFormed(reply.Text, reply.Ended)),
    };

    /// <summary>The names of the judges, the topics among them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Judges.Keys, .. Enum.GetValues<Topic>().Select(NameOf)];

    /// <summary>The kind, for the experiment's reader.</summary>
    public static JudgeKind Kind { get; } = new("sandbox", ["judge"], settings =>
    {
        var name = settings.RequireText("judge", $"one of {string.Join(", ", Names)}");
        if (settings.Threshold is not null)
        {
            throw settings.Refusal("threshold", "the sandbox's judges say yes or no; leave the threshold out.");
        }

        return Find(settings.Name, name) ?? throw settings.Refusal("judge", $"the sandbox has no judge '{name}'; did you mean {Suggestions.For(name, Names, count: 1)}? Known are {string.Join(", ", Names)}.");
    });

    /// <summary>A judge by its name; null where there is none.</summary>
    /// <param name="name">What the experiment calls it.</param>
    /// <param name="judge">Which judge: one of <see cref="Names"/>.</param>
    public static IReplyJudge? Find(string name, string judge)
    {
        if (Judges.TryGetValue(judge, out var found))
        {
            return new Exact(name, found.Counts, found.IsHit);
        }

        foreach (var topic in Enum.GetValues<Topic>().Where(topic => NameOf(topic) == judge))
        {
            return new Exact(name, $"replies about {judge}", reply => SandboxJudge.Topic(reply.Text) == topic);
        }

        return null;
    }

    private static string NameOf(Topic topic) => topic.ToString().ToLowerInvariant();

    private sealed class Exact(string name, string counts, Func<JudgedReply, bool> isHit) : IReplyJudge
    {
        public string Name => name;

        public string Counts => counts;

        public ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default) => ValueTask.FromResult(Judgement.Of(isHit(reply)));
    }
}
