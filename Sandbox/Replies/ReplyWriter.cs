using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Sandbox.Language;

namespace Steering.Sandbox.Replies;

/// <summary>Lets a model reply to many prompts of the sandbox's world.</summary>
/// <param name="model">A model of that world.</param>
/// <param name="decoder">Which decoder writes: the same seed gives one other replies than the other.</param>
public sealed class ReplyWriter(SteerableModel model, DecoderChoice decoder = DecoderChoice.Auto) : IDisposable
{
    private readonly BulkDecoder _decoder = BulkDecoder.Create(model, decoder);

    /// <summary>One reply to each prompt.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="policy">What is plugged in; <see cref="CompiledPolicy.Empty"/> for nothing.</param>
    /// <param name="options">How replies are drawn, or null for the defaults. The same options, prompts and policy give the same replies.</param>
    /// <param name="progress">Told how many replies are done.</param>
    /// <param name="cancellationToken">Stops within one token.</param>
    /// <returns>The replies, in the order of the prompts.</returns>
    /// <exception cref="SteeringException">An option is out of range, or a prompt or the policy does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<IReadOnlyList<SandboxReply>> WriteAsync(
        IReadOnlyList<ReplyPrompt> prompts, CompiledPolicy policy, ReplyOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(policy);
        options ??= new ReplyOptions();
        DecodeRequest[] requests =
        [
            .. prompts.Select((prompt, index) => new DecodeRequest
            {
                PromptIds = model.Tokenizer.Encode(prompt.Text()),
                MaxTokens = options.MaxTokens,
                Policy = policy,
                Sampling = new SamplingOptions { Temperature = options.Temperature, Seed = SeedOf(options.Seed, index) },
            }),
        ];
        var completions = await _decoder.CompleteAllAsync(requests, options.Parallelism ?? _decoder.Parallelism, progress, cancellationToken).ConfigureAwait(false);
        return [.. completions.Select((completion, index) => Read(prompts[index], completion))];
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    /// <summary>With markers spelt out: one in the middle of a reply must not vanish before a judge sees it.</summary>
    private SandboxReply Read(ReplyPrompt prompt, Completion completion)
    {
        var ended = completion.FinishReason == FinishReason.Stop;
        int[] ids = [.. completion.Ids.Take(completion.Ids.Count - (ended ? 1 : 0))];
        return new SandboxReply(prompt, model.Tokenizer.Decode(ids), ended);
    }

    private static int SeedOf(ulong seed, int index) => (int)(ChoiceStream.Mix(ChoiceStream.Mix(seed) + (ulong)index) >> 33);
}
