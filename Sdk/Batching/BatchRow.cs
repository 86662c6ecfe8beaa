using System.Threading.Channels;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// One conversation in a <see cref="BatchLoop"/>. The loop's thread owns it; its reader touches the channel, the ring of
/// activations and <see cref="Cancel"/> only.
/// </summary>
internal sealed class BatchRow
{
    private readonly Channel<BatchToken> _tokens;
    private readonly InterventionSwitches _switches;
    private readonly float[][] _ring;
    private readonly int _ringLength;
    private readonly TokenSampler _sampler;
    private readonly int _readAhead;
    private volatile bool _cancelled;
    private volatile bool _held;

    /// <exception cref="SteeringException">The request lacks a callback that its policy asks for.</exception>
    public BatchRow(DecodeRequest request, int[] prompt, SteerableModel model, int readAhead)
    {
        (Request, Prompt, _readAhead) = (request, prompt, readAhead);
        Sites = [.. request.Policy.Sites.Select(program => new RowSite(program))];
        Latest = [.. request.Policy.Sites.Select(program => new float[program.RowCount])];
        _switches = new InterventionSwitches(request.Policy, [.. Sites], request.Callbacks, model.Tokenizer, prompt);
        _sampler = new TokenSampler(request.Sampling, model.VocabularySize, prompt, request.MaxTokens);

        // One place more than tokens under way: the reader copies a place after it has taken its token.
        _ringLength = Math.Min(readAhead, request.MaxTokens) + 1;
        _ring = [.. request.Policy.Sites.Select(program => new float[_ringLength * program.RowCount])];
        _tokens = Channel.CreateBounded<BatchToken>(new BoundedChannelOptions(readAhead) { SingleReader = true, SingleWriter = true });
    }

    public DecodeRequest Request { get; }

    public int[] Prompt { get; }

    public CompiledPolicy Policy => Request.Policy;

    /// <summary>Its rows at each site of the policy.</summary>
    public RowSite[] Sites { get; }

    /// <summary>[m] latest activations at each site of the policy.</summary>
    public float[][] Latest { get; }

    public ChannelReader<BatchToken> Tokens => _tokens.Reader;

    /// <summary>Slot that it lies in.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Tokens that the cache holds.</summary>
    public int Length { get; set; }

    public int TokenCount { get; private set; }

    public int TokenId { get; private set; }

    public bool IsPrefilled => Length >= Prompt.Length;

    public bool IsCancelled => _cancelled;

    /// <summary>Whether it waits for its reader.</summary>
    public bool IsHeld => _held;

    public bool NeedsPromptActivations => _switches.NeedsPromptActivations;

    /// <summary>Asks the loop to let go of it. Any thread.</summary>
    public void Cancel() => _cancelled = true;

    /// <summary>Finds out whether the reader is behind.</summary>
    /// <returns>The new <see cref="IsHeld"/>.</returns>
    public bool UpdateHeld()
    {
        if (_tokens.Reader.Count >= _readAhead)
        {
            // Looked at again once the reader can see it: one that read in between did not know that it was to wake the loop.
            _held = true;
        }

        return _held = _tokens.Reader.Count >= _readAhead;
    }

    /// <summary>Sets the switches for the next pass; asks the callbacks.</summary>
    public void SetSwitches()
    {
        if (TokenCount == 0)
        {
            _switches.Set(isPrompt: true, 0, Prompt[^1], []);
        }
        else
        {
            _switches.Set(isPrompt: false, TokenCount, TokenId, Latest);
        }
    }

    /// <summary>Sets the switches that go by the end of a step for the prompt's next tokens.</summary>
    /// <param name="most">Largest number of tokens.</param>
    /// <returns>How many the switches are right for.</returns>
    public int SetSteps(int most) => _switches.SetSteps(Length, most);

    /// <summary>Looks at the activations of some of the prompt's tokens, which lie <paramref name="stride"/> apart.</summary>
    public void ObservePrompt(int site, ReadOnlySpan<float> activations, int stride, int firstPosition) =>
        _switches.ObservePrompt(site, activations, stride, firstPosition);

    /// <summary>Chooses a token.</summary>
    /// <returns>False where the logits are no numbers.</returns>
    public bool Choose(Span<float> logits, SamplerScratch scratch, HashSet<int> endTokens)
    {
        if (TokenCount < Request.MinTokens)
        {
            Exclude(logits, endTokens);
        }

        TokenId = _sampler.Next(logits, scratch);
        return TokenId >= 0;
    }

    /// <summary>Hands the chosen token, with the activations that led to it, to the reader.</summary>
    public void Publish(FinishReason reason)
    {
        for (var site = 0; site < Latest.Length; site++)
        {
            Latest[site].CopyTo(Ring(site, TokenCount));
        }

        TokenCount++;
        if (!_tokens.Writer.TryWrite(new BatchToken(TokenId, reason)))
        {
            throw new InvalidOperationException("A token was decoded for a conversation whose reader is behind.");
        }
    }

    /// <summary>Ends the row; the reader sees the tokens under way, then the error if there is one.</summary>
    public void Complete(Exception? error) => _tokens.Writer.TryComplete(error);

    /// <summary>[m] activations of a token that its reader has taken and of which it has not taken the next.</summary>
    public ReadOnlySpan<float> ActivationsOf(int site, int token) => Ring(site, token);

    private static void Exclude(Span<float> logits, HashSet<int> tokens)
    {
        foreach (var token in tokens)
        {
            logits[token] = float.NegativeInfinity;
        }
    }

    private Span<float> Ring(int site, int token)
    {
        var rows = Latest[site].Length;
        return _ring[site].AsSpan(token % _ringLength * rows, rows);
    }
}
