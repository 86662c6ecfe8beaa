using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>Another model's client: streams a text in pieces.</summary>
internal sealed class ScriptedClient(params IReadOnlyList<AIContent> pieces) : IChatClient
{
    /// <summary>Pieces that were asked for, of all requests.</summary>
    public int Streamed { get; private set; }

    public static ScriptedClient InPieces(string text, int size) =>
        new([.. Enumerable.Range(0, (text.Length + size - 1) / size).Select(index => new TextContent(text.Substring(index * size, Math.Min(size, text.Length - (index * size)))))]);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var piece in pieces)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Streamed++;
            yield return new ChatResponseUpdate(ChatRole.Assistant, [piece]) { MessageId = "m", ModelId = "other" };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { OutputTokenCount = pieces.Count })]) { MessageId = "m", FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
