namespace Steering.Sandbox.Language.Conversation;

/// <summary>What is asked and answered, before registers dress it.</summary>
/// <param name="Question">The user's sentences.</param>
/// <param name="Answer">The assistant's sentences.</param>
/// <param name="Fact">The fact that the user states or the assistant recalls, or null.</param>
/// <param name="Recalls">Whether <paramref name="Fact"/> is recalled here rather than stated.</param>
/// <param name="MayComment">Whether a comment may follow; not after an opinion, which it could seem to contradict.</param>
internal sealed record Exchange(string Question, string Answer, FactDraft? Fact = null, bool Recalls = false, bool MayComment = true);
