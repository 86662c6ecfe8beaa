using System.Threading.Channels;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Batching;

/// <summary>
/// One conversation in a <see cref="BatchLoop"/>. The loop's thread owns it, and asks the request's monitor, if it has one;
/// its reader touches the channel, the ring of activations and <see cref="Cancel"/> only.
/// </summary>
internal sealed class BatchRow
{
    private readonly Channel<BatchToken> _tokens;
    private readonly InterventionSwitches _switches;
    private readonly float[][] _ring;
    private readonly int _ringLength;
    private readonly TokenSampler _sampler;
    private readonly TurnTokens? _monitored;
    private readonly int _readAhead;
    private long _published;
    private long _waitingAt = -1;
    private long _waitingSince;
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

        _monitored = request.Monitor is null ? null : new TurnTokens(model, request);

        // One place more than tokens under way: the reader copies a place after it has taken its token.
        _ringLength = _monitored is null ? Math.Min(readAhead, request.MaxTokens) + 1 : 0;
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

    public bool IsPrefilled => IsRewound || Length >= Prompt.Length;

    /// <summary>Whether tokens were taken back, so that the next pass computes the position of the last that is kept anew.</summary>
    public bool IsRewound { get; private set; }

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

    /// <summary>How long it has waited for its reader, by the times of the calls since it published its latest token.</summary>
    public TimeSpan Waited(TimeProvider time)
    {
        if (_waitingAt != _published)
        {
            (_waitingAt, _waitingSince) = (_published, time.GetTimestamp());
        }

        return time.GetElapsedTime(_waitingSince);
    }

    /// <summary>Sets the switches for the next pass; asks the callbacks.</summary>
    public void SetSwitches()
    {
        if (TokenCount == 0)
        {
            _switches.Set(isPrompt: true, 0, Prompt[^1], IsRewound ? Latest : []);
            if (IsRewound)
            {
                _switches.SetSteps(Length, 1);
            }
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

        IsRewound = false;
        TokenId = _sampler.Next(logits, scratch);
        return TokenId >= 0;
    }

    /// <summary>Hands the chosen token, with the activations that led to it, to the reader, unless the request's monitor takes it back.</summary>
    /// <param name="reason">Whether the completion ends with it.</param>
    /// <returns>Whether it ends: never with a token that was taken back.</returns>
    public FinishReason HandOn(FinishReason reason)
    {
        DecodedToken? told = null;
        if (_monitored is not null)
        {
            told = _monitored.Append(TokenId, reason, SiteActivations.Of(Policy, site => Latest[site]));
            if (told is null)
            {
                Rewind(_monitored.TakenBack);
                return FinishReason.None;
            }

            reason = told.FinishReason;
        }
        else
        {
            for (var site = 0; site < Latest.Length; site++)
            {
                Latest[site].CopyTo(Ring(site, TokenCount));
            }
        }

        TokenCount++;
        _published++;
        if (!_tokens.Writer.TryWrite(new BatchToken(TokenId, reason, told)))
        {
            throw new InvalidOperationException("A token was decoded for a conversation whose reader is behind.");
        }

        return reason;
    }

    /// <summary>Ends the row; the reader sees the tokens under way, then the error if there is one.</summary>
    public void Complete(Exception? error) => _tokens.Writer.TryComplete(error);

    /// <summary>The activations that led to a token that its reader has taken and of which it has not taken the next.</summary>
    public SiteActivations[] ActivationsOf(int token) => SiteActivations.Of(Policy, site => Ring(site, token));

    // The cache keeps what it holds of the positions before; the next pass writes over the first of the others.
    private void Rewind(int tokens)
    {
        var kept = _monitored!.Kept;
        TokenCount += 1 - tokens;
        TokenId = TokenCount > 0 ? kept[^1] : Prompt[^1];
        Length = Prompt.Length + TokenCount - 1;
        _sampler.Forget(Prompt, kept);
        IsRewound = true;
    }

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

/// <summary>A token on its way from the loop to its reader.</summary>
/// <param name="Id">Token id.</param>
/// <param name="FinishReason">Why the completion ended with it, or <see cref="FinishReason.None"/>.</param>
/// <param name="Told">The token as its reader gets it, where the request's monitor was shown it; otherwise null, and the reader makes it.</param>
internal readonly record struct BatchToken(int Id, FinishReason FinishReason, DecodedToken? Told);
