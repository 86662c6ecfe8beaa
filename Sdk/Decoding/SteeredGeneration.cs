using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Compilation;
using Steering.IO;
using Steering.Models;
using Steering.Sockets;

namespace Steering.Decoding;

/// <summary>
/// The step loop of one conversation turn: sockets bound, switches set, one forward pass a token, activations read.
/// Not thread-safe; one generation belongs to one caller. Nothing is allocated on the managed side between tokens
/// unless activations are read. Once it or its model is disposed of, every call throws
/// <see cref="ObjectDisposedException"/>; a call that runs on another thread is waited for.
/// </summary>
public sealed partial class SteeredGeneration : IDisposable
{
    /// <summary>Tokens of one prefill pass; between passes the caller can cancel, and logits stay small.</summary>
    internal const int PrefillChunk = 512;

    private readonly SteerableModel _model;
    private readonly NativeLease _lease;
    private readonly NativeLifetime _life;
    private readonly DecodeRequest _request;
    private readonly int[] _prompt;
    private readonly List<int> _ids;
    private readonly ModelGenerator _generator;
    private readonly SocketBinding _binding;
    private readonly List<SiteBuffers> _allSites = [];
    private readonly Dictionary<string, SiteBuffers> _usedSites = new(StringComparer.Ordinal);
    private CompiledPolicy _policy;
    private InterventionSwitches _switches;
    private float[][] _latest;
    private List<float>[] _promptActivations;
    private bool _prefilled;
    private bool _rewound;

    internal SteeredGeneration(SteerableModel model, DecodeRequest request)
    {
        _model = model;
        _request = request;
        _prompt = [.. request.PromptIds];
        _policy = request.Policy;
        DecodeRequestCheck.Run(model, request, _prompt);
        if (request.Sampling.MinP is not null)
        {
            throw new SteeringException("MinP is set, and GenAI's sampler has none, so it would be ignored. Use TopP, or decode with BatchingDecoder.");
        }

        _ids = new List<int>(Math.Min(request.MaxTokens, 4096));
        _lease = model.Lease();
        _life = new NativeLifetime(this, Free);
        try
        {
            using var call = _lease.Call();
            BuildSites();
            (_switches, _latest, _promptActivations) = Prepare(_policy);

            _generator = new ModelGenerator(model, parameters => SearchOptions.Set(parameters, request, _prompt.Length, model.VocabularySize));
            _binding = new SocketBinding(_generator, _allSites, model.HiddenSize);
        }
        catch
        {
            _life.Close();
            throw;
        }
    }

    /// <summary>The token of the latest <see cref="MoveNext"/>.</summary>
    public int TokenId { get; private set; }

    /// <summary>Number of tokens generated so far.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Why the generation ended; <see cref="FinishReason.None"/> while it goes on.</summary>
    public FinishReason FinishReason { get; private set; }

    /// <summary>The policy in force.</summary>
    public CompiledPolicy Policy => _policy;

    /// <summary>Whether activations are kept for <see cref="Activations"/> and <see cref="PromptActivations"/>. Set it before the first token.</summary>
    public bool CollectActivations { get; init; }

    /// <summary>Runs the prompt through the model. Called by the first <see cref="MoveNext"/> unless it was called before.</summary>
    /// <param name="cancellationToken">Looked at between chunks of <c>512</c> tokens.</param>
    public void Prefill(CancellationToken cancellationToken = default)
    {
        using var call = _life.Call();
        using var modelCall = _lease.Call();
        if (_prefilled)
        {
            return;
        }

        _switches.Set(isPrompt: true, 0, _prompt[^1], []);
        for (var (start, count) = (0, 0); start < _prompt.Length; start += count)
        {
            // Whoever disposes waits for this call, so it ends as soon as a cancelled one would.
            _life.ThrowIfClosed();
            _lease.ThrowIfClosed();
            cancellationToken.ThrowIfCancellationRequested();
            count = _switches.SetSteps(start, Math.Min(PrefillChunk, _prompt.Length - start));
            var chunk = _prompt.AsSpan(start, count);
            _generator.AppendTokens(chunk);
            if (CollectActivations || _switches.NeedsPromptActivations || _switches.HasCallbacks)
            {
                ReadPromptActivations(start);
            }
        }

        _prefilled = true;
    }

    /// <summary>Computes the next token.</summary>
    /// <param name="cancellationToken">Looked at before the forward pass.</param>
    /// <returns>False when the generation had ended before; then nothing was computed.</returns>
    public bool MoveNext(CancellationToken cancellationToken = default)
    {
        using var call = _life.Call();
        using var modelCall = _lease.Call();
        if (FinishReason != FinishReason.None)
        {
            return false;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!_prefilled)
        {
            Prefill(cancellationToken);
        }
        else if (_rewound)
        {
            RecomputeLastPosition();
        }
        else
        {
            // GenAI runs the pass over the previous token here, so what is switched now acts on that token's position.
            _switches.Set(isPrompt: false, TokenCount, TokenId, _latest);
            if (TokenCount > 0 && _request.IgnoreEndTokens && _model.IsEndToken(TokenId))
            {
                ContinueAfterEndToken();
            }
        }

        var next = _generator.GenerateNextToken();
        if ((TokenCount > 0 || _rewound) && (CollectActivations || _switches.HasCallbacks))
        {
            ReadLatestActivations();
        }

        _rewound = false;
        TokenId = next;
        _ids.Add(TokenId);
        TokenCount++;
        FinishReason = _model.IsEndToken(TokenId) && !_request.IgnoreEndTokens ? FinishReason.Stop
            : TokenCount >= _request.MaxTokens ? FinishReason.Length
            : FinishReason.None;
        return true;
    }

    /// <summary>
    /// Takes back the latest tokens. The next <see cref="MoveNext"/> computes the position of the last token that is kept,
    /// or of the prompt's last, anew, under the switches in force then, and chooses another token from it. Positions before
    /// keep the edits they got, latches stay, and random draws go on.
    /// </summary>
    /// <param name="tokens">How many, 1 to <see cref="TokenCount"/>.</param>
    public void Rewind(int tokens)
    {
        using var call = _life.Call();
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, TokenCount);
        TokenCount -= tokens;
        _ids.RemoveRange(TokenCount, tokens);
        TokenId = TokenCount > 0 ? _ids[^1] : 0;
        FinishReason = FinishReason.None;
        _rewound = true;
    }

    /// <summary>
    /// [M] activations, before the edit, of the rows at a site of <see cref="Policy"/>, at the position whose logits gave
    /// the latest token: the prompt's last position for the first token, then the previous token's.
    /// </summary>
    /// <param name="site">Index into <see cref="CompiledPolicy.Sites"/>.</param>
    public ReadOnlySpan<float> Activations(int site) => _latest[site];

    /// <summary>[S, M] activations, before the edit, over the prompt.</summary>
    /// <param name="site">Index into <see cref="CompiledPolicy.Sites"/>.</param>
    public ReadOnlySpan<float> PromptActivations(int site) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_promptActivations[site]);

    /// <summary>[V] logits at the latest position computed, as the graph gives them: before temperature and penalties.</summary>
    public float[] ReadLogits()
    {
        using var call = _life.Call();
        using var modelCall = _lease.Call();
        using var output = _generator.GetOutput(_model.Config.Names.Logits);
        if (output.Type() == ElementType.float32)
        {
            return Last(output.GetData<float>()).ToArray();
        }

        var half = Last(output.GetData<Half>());
        var wide = new float[half.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(half, wide);
        return wide;
    }

    /// <summary>
    /// Puts another policy in force from the next forward pass on. Tokens already in the key/value cache keep the edit
    /// they got. The new policy must fit into the rows bound at the start; reserve room with
    /// <see cref="DecodeRequest.Reservations"/>.
    /// </summary>
    /// <exception cref="SteeringException">It does not fit; the message says which site lacks what.</exception>
    public void Replace(CompiledPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        using var call = _life.Call();
        foreach (var program in policy.Sites)
        {
            var reason = _usedSites.TryGetValue(program.Site, out var buffers)
                ? buffers.ReasonAgainst(program)
                : $"site {program.Site} was bound without rows";
            if (reason is not null)
            {
                throw new SteeringException($"The policy cannot be replaced in a running generation: {reason}. Reserve the room when the generation starts (DecodeRequest.Reservations), or start a new one.");
            }
        }

        var prepared = Prepare(policy);
        foreach (var buffers in _usedSites.Values)
        {
            buffers.Load(policy.Sites.FirstOrDefault(program => string.Equals(program.Site, buffers.Site, StringComparison.Ordinal)));
        }

        prepared.Switches.Inherit(_switches, _ids);
        _policy = policy;
        (_switches, _latest, _promptActivations) = prepared;
    }

    /// <inheritdoc/>
    public void Dispose() => _life.Close();

    private void Free()
    {
        // A constructor that failed has made a part of these only.
        _generator?.Dispose();
        _binding?.Dispose();
        foreach (var site in _allSites)
        {
            site.Dispose();
        }

        _lease.Dispose();
    }

    private void BuildSites()
    {
        foreach (var site in _model.Sites)
        {
            var program = _policy.Sites.FirstOrDefault(candidate => string.Equals(candidate.Site, site.Name, StringComparison.Ordinal));
            var reservation = _request.Reservations.FirstOrDefault(candidate => string.Equals(candidate.Site, site.Name, StringComparison.Ordinal));
            var rows = Math.Max(program?.RowCount ?? 0, reservation?.Rows ?? 0);
            var buffers = new SiteBuffers(site, program, rows, reservation?.Encoder, reserveScale: reservation is not null);
            _allSites.Add(buffers);
            if (rows > 0)
            {
                _usedSites.Add(site.Name, buffers);
            }
        }
    }

    private (InterventionSwitches Switches, float[][] Latest, List<float>[] Prompt) Prepare(CompiledPolicy policy)
    {
        SiteBuffers[] sites = [.. policy.Sites.Select(program => _usedSites[program.Site])];
        return (
            new InterventionSwitches(policy, sites, _request.Callbacks, _model.Tokenizer, _prompt),
            [.. sites.Select(site => new float[site.Rows])],
            [.. sites.Select(_ => new List<float>())]);
    }

    // GenAI only pads after an end token. Taken back and given as input, the same token is just another one.
    private void ContinueAfterEndToken()
    {
        _generator.RewindTo(_prompt.Length + TokenCount - 1);
        _generator.AppendTokens([TokenId]);
    }

    private void RecomputeLastPosition()
    {
        var last = TokenCount > 0 ? TokenId : _prompt[^1];
        _switches.Set(isPrompt: TokenCount == 0, TokenCount, last, _latest);
        if (TokenCount == 0)
        {
            _switches.SetSteps(_prompt.Length - 1, 1);
        }

        _generator.RewindTo(_prompt.Length + TokenCount - 1);
        _generator.AppendTokens([last]);
    }

    private void ReadPromptActivations(int start)
    {
        for (var site = 0; site < _policy.Sites.Count; site++)
        {
            using var output = _generator.GetOutput(SocketLayout.Activations(_policy.Sites[site].Site));
            var values = output.GetData<float>();
            var rows = _latest[site].Length;
            values[^rows..].CopyTo(_latest[site]);
            _switches.ObservePrompt(site, values, rows, start);
            if (CollectActivations)
            {
                _promptActivations[site].AddRange(values);
            }
        }
    }

    private ReadOnlySpan<T> Last<T>(ReadOnlySpan<T> logits) => logits.Length >= _model.VocabularySize
        ? logits[^_model.VocabularySize..]
        : throw new SteeringException($"{_model.Folder}: the graph gives a token {logits.Length} logits, and model.vocab_size in {GenAiConfig.FileName} is {_model.VocabularySize}. Make the folder again with 'steer import'.");

    private void ReadLatestActivations()
    {
        for (var site = 0; site < _policy.Sites.Count; site++)
        {
            using var output = _generator.GetOutput(SocketLayout.Activations(_policy.Sites[site].Site));
            output.GetData<float>().CopyTo(_latest[site]);
        }
    }
}
