using Steering.Saes;

namespace Steering.Analysis.Evaluation;

/// <summary>Everything that follows from residual vectors and their activations, in one pass.</summary>
internal sealed class StatisticsRun
{
    private readonly SparseAutoencoder _autoencoder;
    private readonly SaeEvaluationOptions _options;
    private readonly IReadOnlyList<EvaluationWindow> _windows;
    private readonly ReconstructionAccumulator _reconstruction;
    private readonly LatentAccumulator _latents;
    private readonly DecoderNeighbours? _neighbours;
    private readonly AbsorptionCounter? _absorption;
    private readonly TopExamples? _examples;
    private readonly double[] _sum;
    private float[] _residual = [];
    private float[] _reconstructed = [];
    private long _summed;
    private long _tokens;
    private long _leftOut;

    public StatisticsRun(SparseAutoencoder autoencoder, SaeEvaluationOptions options, IReadOnlyList<EvaluationWindow> windows, EvaluationStage stage, CancellationToken cancellationToken)
    {
        (_autoencoder, _options, _windows) = (autoencoder, options, windows);
        _reconstruction = new ReconstructionAccumulator(autoencoder.HiddenSize);
        _latents = new LatentAccumulator(autoencoder);
        _sum = new double[autoencoder.HiddenSize];
        if (autoencoder.LatentCount <= options.MaximumComparedLatents)
        {
            _neighbours = DecoderNeighbours.Compute(autoencoder, stage.Comparing, cancellationToken);
            _absorption = new AbsorptionCounter(autoencoder, _neighbours);
        }

        if (options.Examples > 0)
        {
            var documents = windows.SelectMany(window => window.Documents.ToArray()).Distinct().Take(options.Examples).Count();
            _examples = new TopExamples(autoencoder.LatentCount, options.Examples, options.ContextTokens, byDocument: documents >= options.Examples);
        }
    }

    /// <summary>Adds windows: runs the model up to the site, leaves out what does not count.</summary>
    public void Add(WindowBatch batch, IEvaluationModel model)
    {
        var width = _autoencoder.HiddenSize;
        Array.Resize(ref _residual, batch.Ids.Length * width);
        model.ReadSite(batch.Ids, batch.Sequences, batch.Length, _residual);
        SumForMean(batch);
        var kept = new IReadOnlyList<int>[batch.Sequences];
        var rows = 0;
        for (var sequence = 0; sequence < batch.Sequences; sequence++)
        {
            var start = sequence * batch.Length * width;
            kept[sequence] = _options.Exclusion.Kept(_residual.AsSpan(start, batch.Length * width), batch.Length, width);
            foreach (var position in kept[sequence])
            {
                // Rows only ever move towards the front, so nothing unread is overwritten.
                Array.Copy(_residual, start + (position * width), _residual, rows++ * width, width);
            }
        }

        var activations = AddKept(_residual.AsSpan(0, rows * width), rows, batch.Ids.Length - rows);
        for (int sequence = 0, first = 0; _examples is not null && sequence < batch.Sequences; first += kept[sequence++].Count)
        {
            _examples.Add(batch.First + sequence, _windows[batch.First + sequence], kept[sequence], activations, first);
        }
    }

    /// <summary>Adds residual vectors that all count.</summary>
    public SparseActivations AddKept(ReadOnlySpan<float> rows, int count, int leftOut)
    {
        var width = _autoencoder.HiddenSize;
        var activations = _autoencoder.EncodeSparse(rows, count);
        if (_reconstructed.Length < rows.Length)
        {
            _reconstructed = new float[rows.Length];
        }

        var reconstructed = _reconstructed.AsSpan(0, rows.Length);
        _autoencoder.DecodeSparse(activations, rows, reconstructed);
        _reconstruction.Add(rows, reconstructed);
        _latents.Add(activations, leftOut);
        _absorption?.Add(activations);
        _tokens += count;
        _leftOut += leftOut;
        return activations;
    }

    /// <summary>[d] what mean ablation puts in: the mean over every position but 0 of the windows that cross-entropy reads, massive activations included.</summary>
    public float[] Mean() => Array.ConvertAll(_sum, sum => (float)(sum / _summed));

    public SaeEvaluationResult ToResult()
    {
        var latents = _latents.ToStatistics(_options.Corpus);
        var summary = new SaeEvaluation
        {
            Sae = _autoencoder.Source,
            SaeSha256 = _autoencoder.Fingerprint,
            Architecture = _autoencoder.Architecture.ToString(),
            K = _autoencoder.K,
            HiddenSize = _autoencoder.HiddenSize,
            LatentCount = _autoencoder.LatentCount,
            Site = _autoencoder.Site,
            ModelName = _options.ModelName ?? _autoencoder.ModelName,
            ModelSha256 = _options.ModelSha256 ?? _autoencoder.ModelSha256,
            Corpus = _options.Corpus,
            Tokens = _tokens,
            TokensLeftOut = _leftOut,
            Reconstruction = _reconstruction.ToMetrics(),
            Sparsity = _latents.ToMetrics(_options.RareDensity),
            Redundancy = _neighbours is null ? null : RedundancyMetrics.Of(_neighbours, _absorption!.Pairs(latents)),
        };
        return new SaeEvaluationResult(summary, latents, _neighbours, _examples);
    }

    private void SumForMean(WindowBatch batch)
    {
        var width = _autoencoder.HiddenSize;
        for (var sequence = 0; sequence < batch.Sequences && batch.First + sequence < _options.CrossEntropyWindows; sequence++)
        {
            for (var at = ((sequence * batch.Length) + 1) * width; at < (sequence + 1) * batch.Length * width; at += width)
            {
                for (var i = 0; i < width; i++)
                {
                    _sum[i] += _residual[at + i];
                }
            }

            _summed += batch.Length - 1;
        }
    }
}
