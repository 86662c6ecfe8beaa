namespace Steering.Sandbox.Language.Conversation;

/// <summary>What the assistant likes: asked once, then kept to.</summary>
internal static class OpinionPhrases
{
    public static Template Ask { get; } = Template.Parse("[Do you like {things}?|What do you think of {things}?|Are {things} something that you like?]");

    public static Template Likes { get; } = Template.Parse("[Yes, I|I do. I|I] like {things}[| very much| more than most things].");

    public static Template Dislikes { get; } = Template.Parse("[No, I do not|I must say no. I do not|I do not] like {things}[| at all| very much].");

    public static Template AskAgain { get; } = Template.Parse("[So, do you like {things} or not?|And {things}, do you still like them?|What did you say about {things}?]");

    public static Template StillLikes { get; } = Template.Parse("[As I said, I like|I still like|Yes, I said that I like] {things}.");

    public static Template StillDislikes { get; } = Template.Parse("[As I said, I do not like|I still do not like|No, I said that I do not like] {things}.");
}
