using Steering.Decoding;
using static TorchSharp.torch;

namespace Steering.Training.Kernels;

/// <summary>
/// Loss and gradients of a k-sparse autoencoder with unit decoder rows, with arithmetic only where it is not zero.
/// </summary>
/// <remarks>
/// z = W_enc·(x − b_dec) + b_enc is the one dense product. Of the latents kept (a token's set A with values v):
/// x̂ = Σ_{i∈A} v_i·w_i + b_dec, loss = mean over tokens of Σ_p weight_p·‖x̂_p − x‖² over the nested prefixes p, and with
/// E = Σ_{p ∋ i} weight_p·(x̂_p − x)·2/B the gradients are ∂v_i = ⟨w_i, E⟩, ∂w_i = v_i·E, ∂W_enc,i = ∂v_i·(x − b_dec).
/// The auxiliary term lets the k_aux dead latents with the largest positive z reconstruct the error that the others left:
/// coefficient · min(dead/k_aux, 1) · mean ‖(x − x̂) − Σ f_j·w_j‖², with x − x̂ taken as a constant (arXiv 2406.04093, A.2).
/// A pass over tokens multiplies, selects and decodes each block while it is in cache; a pass over latents then needs each
/// row of the error once for both matrices. Nothing is added to the same memory by two threads.
/// </remarks>
internal sealed unsafe class SparseStep : IDisposable
{
    private const int TokenBlock = 256;

    private readonly SparseStepOptions _options;
    private readonly WorkerTeam _team;
    private readonly int _width;
    private readonly int _latents;
    private readonly int _capacity;
    private readonly Tensor _centred;
    private readonly float* _centredRows;
    private readonly NativeBuffer<float> _errors;
    private readonly NativeBuffer<float> _auxiliaryErrors;
    private readonly SparseWorkspace[] _workspaces;
    private readonly SparseCode _code;
    private readonly SparseCode _auxiliaryCode;
    private readonly LatentIndex _index;
    private readonly LatentIndex _auxiliaryIndex;
    private readonly BatchSelection? _batchSelection;
    private readonly double[] _errorSums;
    private readonly double[] _fullErrorSums;
    private readonly double[] _auxiliarySums;
    private readonly LatentPass _latentPass;

    public SparseStep(SparseStepOptions options, int width, int latents, int capacity, WorkerTeam team)
    {
        _options = options;
        _team = team;
        _width = width;
        _latents = latents;
        _capacity = capacity;
        var blocks = (capacity + TokenBlock - 1) / TokenBlock;
        var rows = Math.Min(TokenBlock, capacity);
        using (NewDisposeScope())
        {
            _centred = zeros([capacity, width], ScalarType.Float32).DetachFromDisposeScope();
        }

        _centredRows = TensorMemory.Pointer(_centred);
        _errors = new NativeBuffer<float>(checked(options.Prefixes.Count * capacity * width));
        _auxiliaryErrors = new NativeBuffer<float>(options.AuxiliaryLatents > 0 ? checked(capacity * width) : 0);
        _workspaces = [.. Enumerable.Range(0, team.Count).Select(_ => new SparseWorkspace(rows, latents))];
        _code = new SparseCode(capacity);
        _auxiliaryCode = new SparseCode(capacity);
        _index = new LatentIndex(latents);
        _auxiliaryIndex = new LatentIndex(latents);
        _batchSelection = options.Selection == SparseSelection.BatchTopK ? new BatchSelection(capacity, blocks) : null;
        _errorSums = new double[blocks];
        _fullErrorSums = new double[blocks];
        _auxiliarySums = new double[blocks];
        _latentPass = new LatentPass(options, width, latents, capacity, team);
    }

    /// <summary>Gradients of the last step.</summary>
    public SparseGradients Gradients => _latentPass.Gradients;

    /// <summary>The activations of the last step.</summary>
    public SparseCode Code => _code;

    /// <summary>Which latents were active in the last step, by latent.</summary>
    public LatentIndex Index => _index;

    /// <summary>Computes loss and gradients.</summary>
    /// <param name="weights">The parameters; decoder rows of norm 1.</param>
    /// <param name="x">[batch, d].</param>
    /// <param name="batch">Number of tokens, at most the capacity.</param>
    /// <param name="dead">Latents that count as dead, ascending; they serve the auxiliary loss.</param>
    public SparseStepResult Run(SparseWeights weights, float* x, int batch, int[] dead)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch, _capacity);
        var auxiliary = AuxiliaryWeight(dead.Length);
        Select(weights, x, batch, auxiliary > 0 ? dead : []);
        _index.Build(_code, batch);
        if (auxiliary > 0)
        {
            _auxiliaryIndex.Build(_auxiliaryCode, batch);
        }

        var errors = new LatentErrors
        {
            Centred = _centredRows,
            Index = _index,
            Errors = (float*)_errors.Address,
            AuxiliaryIndex = auxiliary > 0 ? _auxiliaryIndex : null,
            AuxiliaryErrors = (float*)_auxiliaryErrors.Address,
            AuxiliaryWeight = auxiliary,
        };
        var norm = _latentPass.Run(weights, errors, batch);
        return new SparseStepResult(
            _errorSums.Take(Blocks(batch)).Sum() / batch,
            _fullErrorSums.Take(Blocks(batch)).Sum() / batch,
            auxiliary * _auxiliarySums.Take(Blocks(batch)).Sum() / batch,
            _index.Starts[_latents],
            _index.SmallestPositive(),
            norm);
    }

    public void Dispose()
    {
        foreach (var workspace in _workspaces)
        {
            workspace.Dispose();
        }

        _centred.Dispose();
        _errors.Dispose();
        _auxiliaryErrors.Dispose();
        _latentPass.Dispose();
    }

    private static int Blocks(int batch) => (batch + TokenBlock - 1) / TokenBlock;

    private float AuxiliaryWeight(int dead) =>
        _options.AuxiliaryLatents == 0 ? 0 : _options.AuxiliaryCoefficient * Math.Min((float)dead / _options.AuxiliaryLatents, 1);

    private void Select(SparseWeights weights, float* x, int batch, int[] dead)
    {
        var auxiliaryEach = Math.Min(_options.AuxiliaryLatents, dead.Length);
        _auxiliaryCode.ReserveEqually(batch, auxiliaryEach);
        if (_batchSelection is null)
        {
            var k = (int)_options.K;
            _code.ReserveEqually(batch, k);
            _team.Run(Blocks(batch), (block, worker) =>
            {
                var (first, count) = TokensOf(block, batch);
                var space = _workspaces[worker];
                Multiply(weights, x, first, count, space);
                for (var token = 0; token < count; token++)
                {
                    var row = space.Row(token, _latents);
                    KeepLargest(row, k, first + token, space);
                    KeepDead(row, dead, auxiliaryEach, first + token, space);
                }

                Decode(weights, x, block, first, count, auxiliaryEach > 0);
            });
            return;
        }

        do
        {
            _batchSelection.Start();
            _team.Run(Blocks(batch), (block, worker) =>
            {
                var (first, count) = TokensOf(block, batch);
                var space = _workspaces[worker];
                Multiply(weights, x, first, count, space);
                for (var token = 0; token < count; token++)
                {
                    var row = space.Row(token, _latents);
                    _batchSelection.Collect(block, first + token, row, _latents, space);
                    KeepDead(row, dead, auxiliaryEach, first + token, space);
                }
            });
        }
        while (!_batchSelection.TryFinish(BatchSelection.Kept(_options.K, batch), batch, _code));

        _team.Run(Blocks(batch), (block, _) =>
        {
            var (first, count) = TokensOf(block, batch);
            Decode(weights, x, block, first, count, auxiliaryEach > 0);
        });
    }

    private static (int First, int Count) TokensOf(int block, int batch) => (block * TokenBlock, Math.Min(TokenBlock, batch - (block * TokenBlock)));

    private void Multiply(SparseWeights weights, float* x, int first, int count, SparseWorkspace space)
    {
        for (var token = first; token < first + count; token++)
        {
            var row = _centredRows + ((nint)token * _width);
            if (_options.SubtractDecoderBias)
            {
                RowKernels.Subtract(row, x + ((nint)token * _width), weights.DecoderBias, _width);
            }
            else
            {
                new ReadOnlySpan<float>(x + ((nint)token * _width), _width).CopyTo(new Span<float>(row, _width));
            }
        }

        for (var token = 0; token < count; token++)
        {
            new ReadOnlySpan<float>(weights.EncoderBias, _latents).CopyTo(new Span<float>(space.Row(token, _latents), _latents));
        }

        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var input = _centred.narrow(0, first, count);
        var output = space.PreActivations.narrow(0, 0, count);
        output.addmm_(input, weights.EncoderTensor.t());
    }

    private void KeepLargest(float* row, int k, int token, SparseWorkspace space)
    {
        var start = _code.Starts[token];
        var signed = _options.Selection == SparseSelection.AbsTopK;
        var ranked = signed ? space.Magnitudes(row, _latents) : row;
        var found = RankSelect.LargestPositive(ranked, _latents, k, space.Scratch, space.Indices, space.Values);
        for (var entry = 0; entry < found; entry++)
        {
            var latent = space.Indices[entry];
            _code.Latents[start + entry] = latent;
            _code.Values[start + entry] = row[latent];
        }

        _code.Counts[token] = found;
    }

    private void KeepDead(float* row, int[] dead, int each, int token, SparseWorkspace space)
    {
        if (each == 0)
        {
            return;
        }

        var signed = _options.Selection == SparseSelection.AbsTopK;
        var gathered = space.Gathered;
        for (var i = 0; i < dead.Length; i++)
        {
            gathered[i] = signed ? MathF.Abs(row[dead[i]]) : row[dead[i]];
        }

        var found = RankSelect.LargestPositive(gathered, dead.Length, each, space.Scratch, space.Indices, space.Values);
        var start = _auxiliaryCode.Starts[token];
        for (var entry = 0; entry < found; entry++)
        {
            _auxiliaryCode.Latents[start + entry] = dead[space.Indices[entry]];
            _auxiliaryCode.Values[start + entry] = row[dead[space.Indices[entry]]];
        }

        _auxiliaryCode.Counts[token] = found;
    }

    private void Decode(SparseWeights weights, float* x, int block, int first, int count, bool auxiliary)
    {
        double weighted = 0, full = 0, auxiliarySum = 0;
        var prefixes = _options.Prefixes.Count;
        var errors = (float*)_errors.Address;
        for (var token = first; token < first + count; token++)
        {
            var entry = _code.Starts[token];
            var end = entry + _code.Counts[token];
            float* error = null;
            for (var prefix = 0; prefix < prefixes; prefix++)
            {
                var previous = error;
                error = errors + ((((nint)prefix * _capacity) + token) * _width);
                if (previous is null)
                {
                    RowKernels.Subtract(error, weights.DecoderBias, x + ((nint)token * _width), _width);
                }
                else
                {
                    new ReadOnlySpan<float>(previous, _width).CopyTo(new Span<float>(error, _width));
                }

                entry = AddRows(_code, entry, end, _options.Prefixes[prefix], weights.Decoder, error);
                var squared = RowKernels.Dot(error, error, _width);
                weighted += _options.PrefixWeights[prefix] * squared;
                full = prefix == prefixes - 1 ? full + squared : full;
            }

            if (auxiliary)
            {
                var aux = (float*)_auxiliaryErrors.Address + ((nint)token * _width);
                new ReadOnlySpan<float>(error, _width).CopyTo(new Span<float>(aux, _width));
                var start = _auxiliaryCode.Starts[token];
                _ = AddRows(_auxiliaryCode, start, start + _auxiliaryCode.Counts[token], _latents, weights.Decoder, aux);
                auxiliarySum += RowKernels.Dot(aux, aux, _width);
            }

            // Each latent is part of its own prefix and all larger ones: their weighted errors are summed from the back.
            for (var prefix = prefixes - 1; prefix >= 0; prefix--)
            {
                var here = errors + ((((nint)prefix * _capacity) + token) * _width);
                if (_options.PrefixWeights[prefix] != 1)
                {
                    RowKernels.Scale(here, _options.PrefixWeights[prefix], _width);
                }

                if (prefix < prefixes - 1)
                {
                    RowKernels.AddScaled(here, 1, here + ((nint)_capacity * _width), _width);
                }
            }
        }

        _errorSums[block] = weighted;
        _fullErrorSums[block] = full;
        _auxiliarySums[block] = auxiliarySum;
    }

    private int AddRows(SparseCode code, int entry, int end, int prefixEnd, float* rows, float* sum)
    {
        var latents = code.Latents;
        var values = code.Values;
        while (entry + 4 <= end && latents[entry + 3] < prefixEnd)
        {
            RowKernels.AddScaled4(
                sum,
                values[entry],
                rows + ((nint)latents[entry] * _width),
                values[entry + 1],
                rows + ((nint)latents[entry + 1] * _width),
                values[entry + 2],
                rows + ((nint)latents[entry + 2] * _width),
                values[entry + 3],
                rows + ((nint)latents[entry + 3] * _width),
                _width);
            entry += 4;
        }

        for (; entry < end && latents[entry] < prefixEnd; entry++)
        {
            RowKernels.AddScaled(sum, values[entry], rows + ((nint)latents[entry] * _width), _width);
        }

        return entry;
    }
}
