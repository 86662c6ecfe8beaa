using Steering.Decoding;

namespace Steering.Training.Kernels;

/// <summary>
/// The second half of <see cref="SparseStep"/>: gradients latent by latent. Each latent's rows are written by one thread, the
/// bias sums block by block, so that nothing depends on the number of threads.
/// </summary>
internal sealed unsafe class LatentPass : IDisposable
{
    private const int LatentBlock = 64;

    private readonly SparseStepOptions _options;
    private readonly WorkerTeam _team;
    private readonly int _width;
    private readonly int _latents;
    private readonly int _capacity;
    private readonly double[] _normSums;
    private readonly NativeBuffer<float> _biasSums;

    public LatentPass(SparseStepOptions options, int width, int latents, int capacity, WorkerTeam team)
    {
        (_options, _team, _width, _latents, _capacity) = (options, team, width, latents, capacity);
        _normSums = new double[(latents + LatentBlock - 1) / LatentBlock];
        _biasSums = new NativeBuffer<float>(checked(_normSums.Length * width));
        Gradients = new SparseGradients(latents, width);
    }

    /// <summary>Gradients of the last run.</summary>
    public SparseGradients Gradients { get; }

    /// <summary>Computes all gradients from what the pass over tokens left.</summary>
    /// <param name="weights">The parameters.</param>
    /// <param name="left">Errors, and which latents made them.</param>
    /// <param name="batch">Number of tokens.</param>
    /// <returns>Euclidean norm of all gradients together.</returns>
    public double Run(SparseWeights weights, LatentErrors left, int batch)
    {
        var blocks = _normSums.Length;
        var scale = 2f / batch;
        _team.Run(blocks, (block, _) =>
        {
            var bias = (float*)_biasSums.Address + ((nint)block * _width);
            new Span<float>(bias, _width).Clear();
            double norm = 0;
            var end = Math.Min(_latents, (block + 1) * LatentBlock);
            for (var latent = block * LatentBlock; latent < end; latent++)
            {
                norm += OfLatent(weights, left, latent, scale, bias);
            }

            _normSums[block] = norm;
        });

        var gradient = Gradients.DecoderBias;
        new Span<float>(gradient, _width).Clear();
        var centre = left.Errors;
        for (var token = 0; token < batch; token++)
        {
            RowKernels.AddScaled(gradient, scale, centre + ((nint)token * _width), _width);
        }

        for (var block = 0; _options.SubtractDecoderBias && block < blocks; block++)
        {
            RowKernels.AddScaled(gradient, -1, (float*)_biasSums.Address + ((nint)block * _width), _width);
        }

        return Math.Sqrt(_normSums.Sum() + RowKernels.Dot(gradient, gradient, _width));
    }

    public void Dispose()
    {
        _biasSums.Dispose();
        Gradients.Dispose();
    }

    /// <summary>Writes the gradients of one latent; returns the sum of their squares.</summary>
    private double OfLatent(SparseWeights weights, LatentErrors left, int latent, float scale, float* bias)
    {
        var touched = left.Index.Has(latent) || left.AuxiliaryIndex?.Has(latent) == true;
        Gradients.Touched[latent] = touched;
        Gradients.EncoderBias[latent] = 0;
        if (!touched)
        {
            return 0;
        }

        var encoder = Gradients.Encoder + ((nint)latent * _width);
        var decoder = Gradients.Decoder + ((nint)latent * _width);
        new Span<float>(encoder, _width).Clear();
        new Span<float>(decoder, _width).Clear();
        var row = weights.Decoder + ((nint)latent * _width);
        var errors = left.Errors + ((nint)PrefixOf(latent) * _capacity * _width);
        var sum = Accumulate(left.Index, left.Centred, latent, errors, scale, row, encoder, decoder);
        if (left.AuxiliaryIndex is { } dead)
        {
            sum += Accumulate(dead, left.Centred, latent, left.AuxiliaryErrors, scale * left.AuxiliaryWeight, row, encoder, decoder);
        }

        Gradients.EncoderBias[latent] = sum;
        RowKernels.AddScaled(bias, sum, weights.Encoder + ((nint)latent * _width), _width);

        // A row of norm 1 cannot change along itself.
        RowKernels.AddScaled(decoder, -RowKernels.Dot(decoder, row, _width), row, _width);
        return RowKernels.Dot(encoder, encoder, _width) + RowKernels.Dot(decoder, decoder, _width) + ((double)sum * sum);
    }

    private float Accumulate(LatentIndex index, float* centred, int latent, float* errors, float scale, float* row, float* encoder, float* decoder)
    {
        float sum = 0;
        for (var entry = index.Starts[latent]; entry < index.Starts[latent + 1]; entry++)
        {
            var token = (nint)index.Tokens[entry] * _width;
            var slope = scale * RowKernels.AddScaledAndDot(decoder, scale * index.Values[entry], errors + token, row, _width);
            RowKernels.AddScaled(encoder, slope, centred + token, _width);
            sum += slope;
        }

        return sum;
    }

    private int PrefixOf(int latent)
    {
        var prefix = 0;
        while (latent >= _options.Prefixes[prefix])
        {
            prefix++;
        }

        return prefix;
    }
}
