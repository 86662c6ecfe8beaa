using Steering;
using Steering.Chat.Toxicity;
using Steering.Sandbox;
using Steering.Sandbox.Corpora;
using Steering.Sandbox.Replies;

namespace ToxicityMiddleware;

/// <summary>
/// A probe for rudeness, fitted and calibrated on labelled replies of the sandbox's world, in a second or two. For a model of
/// your own: your labelled texts, and the result kept in a file.
/// </summary>
internal static class SandboxWatch
{
    private const int Fitted = 80;

    public static ToxicityWatch Create(SteeringEngine engine, double falsePositiveRate)
    {
        var replies = ReplyPrompt.Of(new SandboxCorpus(3).Documents(CorpusSplit.Train).Take(1000)).ToArray();
        var rude = Examples(replies, isRude: true);
        var clean = Examples(replies, isRude: false);

        // Late, so that the probe sees what a policy at an earlier site has done; before the last block, where the next word is already chosen.
        var site = engine.Model.Sites[^2].Name;
        var probe = ToxicityProbe.Fit(engine.Model.Folder, site, [.. rude.Take(Fitted)], [.. clean.Take(Fitted)]) with { Name = "rudeness" };

        // The level on other texts than the direction.
        return new ToxicityScorer(engine, [probe]).Calibrate([.. clean.Skip(Fitted).Take(120)], falsePositiveRate)[0];
    }

    private static ToxicityExample[] Examples(ReplyPrompt[] replies, bool isRude) =>
        [.. replies.Where(reply => reply.Written.Register == Register.Rude == isRude).Select(reply => new ToxicityExample(reply.Written.Text, reply.Text()))];
}
