using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;

namespace Steering.Benchmarks;

/// <summary>Conversations of which only the speed counts.</summary>
internal static class Conversations
{
    public static async Task Drain(BatchingDecoder decoder, DecodeRequest request, int[] started, CancellationToken cancellationToken)
    {
        try
        {
            var tokens = 0;
            await foreach (var _ in decoder.DecodeAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (tokens++ == 0)
                {
                    Interlocked.Increment(ref started[0]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measured conversation is done.
        }
    }

    public static DecodeRequest Request(int row, int tokens, CompiledPolicy policy, int maxTokens) => new()
    {
        PromptIds = Prompt(row, tokens),
        MaxTokens = maxTokens,
        IgnoreEndTokens = true,
        Policy = policy,
    };

    public static int[] Prompt(int row, int tokens) => [.. Enumerable.Range(0, tokens).Select(index => 300 + (((row * 101) + (index * 37)) % 4000))];
}
