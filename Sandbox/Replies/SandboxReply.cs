using Steering.Sandbox.Judging;

namespace Steering.Sandbox.Replies;

/// <summary>A model's reply with what the judges read off it.</summary>
/// <param name="Prompt">What was answered.</param>
/// <param name="Text">The reply, without its end marker.</param>
/// <param name="Ended">Whether the model ended it; false where it was cut off at the largest length.</param>
public sealed record SandboxReply(ReplyPrompt Prompt, string Text, bool Ended)
{
    /// <summary><see cref="SandboxJudge.IsRude"/>.</summary>
    public bool IsRude => SandboxJudge.IsRude(Text);

    /// <summary><see cref="SandboxJudge.HasReflection"/>.</summary>
    public bool HasReflection => SandboxJudge.HasReflection(Text);

    /// <summary><see cref="SandboxJudge.IsWellFormed"/>.</summary>
    public bool IsWellFormed => SandboxJudge.IsWellFormed(Text, Ended);

    /// <summary><see cref="SandboxJudge.Register"/>.</summary>
    public Register Register => SandboxJudge.Register(Text);

    /// <summary><see cref="SandboxJudge.Topic"/>.</summary>
    public Topic? Topic => SandboxJudge.Topic(Text);

    /// <summary><see cref="SandboxJudge.FinalAnswerIsCorrect"/> for the problem that was asked.</summary>
    public bool IsCorrect => SandboxJudge.FinalAnswerIsCorrect(Prompt.User.Text, Text);

    /// <summary>The steps, followed along the problem that was asked.</summary>
    public IReadOnlyList<ReplyStep> Steps => SandboxJudge.StepsOf(Prompt.User.Text, Text);
}
