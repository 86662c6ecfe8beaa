namespace Steering.Sandbox.Language.Conversation;

/// <summary>What a user says who leaves the topic to the assistant.</summary>
internal static class OpenRequests
{
    public static Template Ask { get; } = Template.Parse(
        "[Tell me something.|Tell me something that you know.|Say something new to me.|Choose something and tell me about it.|Tell me a thing that I do not know.|What would you like to tell me?|What do you want to talk about?|What can you tell me?]");
}
