using Steering.Analysis.Corpora;
using Steering.Batching;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Templates;

namespace Steering.Analysis.Experiments;

/// <summary>A model folder with autoencoders, for experiments. It holds the weights for GenAI, for the batch, and from the first text scored on for scoring.</summary>
public sealed class ExperimentModel : IExperimentModel, IDisposable
{
    private readonly SteerableModel _model;
    private readonly BulkDecoder _decoder;
    private readonly Lazy<ForwardPass> _pass;
    private readonly PolicyCompiler? _compiler;
    private readonly IReadOnlyDictionary<string, SparseAutoencoder> _saes;

    private ExperimentModel(SteerableModel model, IReadOnlyDictionary<string, (SparseAutoencoder Sae, string? Site)> saes, bool allowOtherModel, DecoderChoice decoder)
    {
        _model = model;
        _pass = new Lazy<ForwardPass>(() => ForwardPass.Load(model.Folder, model.Options));
        _saes = saes.ToDictionary(entry => entry.Key, entry => entry.Value.Sae, StringComparer.Ordinal);
        var resources = new SteeringResources { AllowOtherModel = allowOtherModel };
        foreach (var (id, (sae, site)) in saes)
        {
            resources.AddSae(id, sae, site);
        }

        _compiler = model.Manifest is null ? null : new PolicyCompiler(model.Manifest, resources);
        Fingerprint = model.Manifest is { } manifest
            ? $"{manifest.GraphSha256}/{manifest.WeightsSha256}"
            : Steering.IO.Fingerprint.Sha256([.. Directory.EnumerateFiles(model.Folder, "*.onnx*").Order(StringComparer.Ordinal)]);
        _decoder = BulkDecoder.Create(model, decoder);
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public ISteeredDecoder Decoder => _decoder;

    /// <inheritdoc/>
    public DecoderChoice DecoderKind => _decoder.Kind;

    /// <inheritdoc/>
    public string? BatchRefusal => _decoder.Refusal;

    /// <inheritdoc/>
    public int ReplyParallelism => _decoder.Parallelism;

    /// <inheritdoc/>
    public int Parallelism => _model.Options.Threads == 1 ? Environment.ProcessorCount : 1;

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">Folder with <c>genai_config.json</c>.</param>
    /// <param name="saes">Autoencoders by the id that policies name them by, with the site where they do not say it themselves.</param>
    /// <param name="options">How to load it, or null: one thread a pass, as many passes as there are cores.</param>
    /// <param name="allowOtherModel">Whether autoencoders of another model of the same width are accepted.</param>
    /// <param name="decoder">Which decoder writes the replies.</param>
    /// <exception cref="SteeringException">There is no model, an autoencoder does not fit it, or it cannot be decoded as asked.</exception>
    public static ExperimentModel Load(string folder, IReadOnlyDictionary<string, (SparseAutoencoder Sae, string? Site)> saes, SteerableModelOptions? options = null, bool allowOtherModel = false, DecoderChoice decoder = DecoderChoice.Auto)
    {
        ArgumentNullException.ThrowIfNull(saes);
        var model = SteerableModel.Load(folder, (options ?? new SteerableModelOptions { Threads = 1 }) with { LoadGenAiWhenNeeded = true });
        try
        {
            foreach (var (sae, site) in saes.Values)
            {
                SaeModelMatch.Check(sae, model.Manifest ?? throw new SteeringException($"{folder} has no sockets, so it cannot be steered. Make a socketed folder with 'steer socket'."), site, allowOtherModel);
            }

            return new ExperimentModel(model, saes, allowOtherModel, decoder);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecialTokens) => _model.Tokenizer.Encode(text, addSpecialTokens);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids) => _model.Tokenizer.Decode(ids);

    /// <inheritdoc/>
    public string Prompt(IReadOnlyList<ConversationTurn> messages) => _model.Tokenizer.ApplyChatTemplate(ConversationTurn.ToMessages(messages), new ChatTemplateOptions());

    /// <inheritdoc/>
    public double[] LogProbabilities(ReadOnlySpan<int> ids, int from, CompiledPolicy policy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        var result = _pass.Value.Run(ids, policy);
        var values = new double[ids.Length - from];
        for (var token = from; token < ids.Length; token++)
        {
            values[token - from] = -result.LossAt(token - 1, ids[token]);
        }

        return values;
    }

    /// <inheritdoc/>
    public double[][] LogProbabilities(IReadOnlyList<(int[] Ids, int From)> texts, CompiledPolicy policy, Action<int>? done = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var batches = _pass.Value.Batches(texts);
        var values = new double[texts.Count][];
        var count = 0;
        Passes.Run(batches.Count, Parallelism, number =>
        {
            var batch = batches[number];
            var scores = _pass.Value.LogProbabilities([.. batch.Select(index => texts[index])], policy);
            foreach (var (place, index) in batch.Index())
            {
                values[index] = scores[place];
            }

            done?.Invoke(Interlocked.Add(ref count, batch.Count));
        }, cancellationToken);
        return values;
    }

    /// <inheritdoc/>
    public double[] NextLogProbabilities(int[] ids, IReadOnlyList<int> candidates, CompiledPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(candidates);
        var result = _pass.Value.Run(ids, policy);
        return [.. candidates.Select(token => -result.LossAt(ids.Length - 1, token))];
    }

    /// <inheritdoc/>
    public float[] Residuals(ReadOnlySpan<int> ids, string site, CompiledPolicy policy)
    {
        _model.RequireSite(site);
        return _pass.Value.Run(ids, policy).Residuals[site];
    }

    /// <inheritdoc/>
    public CompiledPolicy Compile(SteeringPolicy policy) =>
        (_compiler ?? throw new SteeringException($"{_model.Folder} has no sockets, so it cannot be steered. Make a socketed folder with 'steer socket'.")).Compile(policy);

    /// <inheritdoc/>
    public SparseAutoencoder Sae(string? id) =>
        id is null && _saes.Count == 1 ? _saes.Values.Single()
        : id is not null && _saes.TryGetValue(id, out var sae) ? sae
        : throw new SteeringException($"The experiment knows no autoencoder '{id}'; it names {string.Join(", ", _saes.Keys.Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}.");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pass.IsValueCreated)
        {
            _pass.Value.Dispose();
        }

        _decoder.Dispose();
        _model.Dispose();
    }
}
