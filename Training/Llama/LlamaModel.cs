using Steering.Export.Checkpoints;
using Steering.Training.Optimisation;
using Steering.Training.Torch;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Llama;

/// <summary>A Llama in TorchSharp, with gradients: fp32 on the processor. Its logits are those of the graph that <c>Export</c> writes from the same weights.</summary>
public sealed class LlamaModel : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly Tensor _cos;
    private readonly Tensor _sin;
    private readonly TorchSharp.Scalar _epsilon;

    private LlamaModel(LlamaSettings settings, Dictionary<string, Tensor> tensors)
    {
        (Settings, _tensors) = (settings, tensors);
        Named = [.. LlamaNames.All(settings).Select(tensor => (tensor.Name, tensors[tensor.Name]))];
        (_cos, _sin) = Rotations(settings);
        _epsilon = settings.NormEpsilon;
    }

    /// <summary>Its shape.</summary>
    public LlamaSettings Settings { get; }

    /// <summary>Every weight with its Hugging Face name, always in the same order.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Named { get; }

    /// <summary>Number of weights.</summary>
    public long ParameterCount => Named.Sum(pair => pair.Value.numel());

    /// <summary>A model that has learned nothing: matrices normal with deviation 0.02, those that write into the residual stream smaller by √(2 · blocks) (GPT-2), norms 1.</summary>
    /// <param name="settings">Its shape.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <exception cref="SteeringException">The settings contradict each other.</exception>
    public static LlamaModel Create(LlamaSettings settings, long seed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _ = settings.Checked();
        TorchRuntime.EnsureLoaded();
        using var generator = new Generator((ulong)seed);
        const double Deviation = 0.02;
        return Build(settings, (name, shape) => shape.Length == 1
            ? ones(shape)
            : randn(shape, generator: generator).mul_(WritesToResidual(name) ? Deviation / Math.Sqrt(2.0 * settings.BlockCount) : Deviation));
    }

    /// <summary>The weights of a checkpoint.</summary>
    /// <param name="checkpoint">A plain Llama in any format that <c>Export</c> reads.</param>
    /// <exception cref="SteeringException">It is another architecture, or a tensor is missing or of another shape.</exception>
    public static LlamaModel Load(ICheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        TorchRuntime.EnsureLoaded();
        return Build(LlamaSettings.From(checkpoint.Config), (name, shape) =>
        {
            // Of tied weights either name may be stored.
            if (name == LlamaNames.Embedding && checkpoint.Config.TiedEmbeddings && !checkpoint.TensorNames.Contains(name, StringComparer.Ordinal) && checkpoint.TensorNames.Contains(LlamaNames.Head, StringComparer.Ordinal))
            {
                name = LlamaNames.Head;
            }

            var described = checkpoint.Describe(name);
            if (!described.Shape.SequenceEqual(shape))
            {
                throw new SteeringException($"{checkpoint.Source}: '{name}' is [{string.Join(", ", described.Shape)}], expected [{string.Join(", ", shape)}].");
            }

            var values = new float[described.Count];
            checkpoint.ReadFloat32(name, values);
            return tensor(values, shape);
        });
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="ids">[sequences, length] int64 token ids; at most <see cref="LlamaSettings.ContextLength"/> long.</param>
    /// <returns>[sequences, length, vocabulary], in the caller's dispose scope.</returns>
    public Tensor Forward(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Logits(Residual(ids, Settings.BlockCount), Settings.BlockCount);
    }

    /// <summary>The residual stream after the first blocks.</summary>
    /// <param name="ids">[sequences, length] int64 token ids.</param>
    /// <param name="blocks">How many blocks, from 0 (the embeddings) to all.</param>
    /// <returns>[sequences, length, d].</returns>
    public Tensor Residual(Tensor ids, int blocks)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, Settings.BlockCount);
        if (ids.shape is not [_, var length] || length > Settings.ContextLength)
        {
            throw new SteeringException($"Token ids [{string.Join(", ", ids.shape)}] were given; expected [sequences, length] with at most {Settings.ContextLength} positions.");
        }

        var embedded = _tensors[LlamaNames.Embedding].index_select(0, ids.reshape(-1));
        return Blocks(embedded.view(ids.shape[0], length, Settings.HiddenSize), 0, blocks);
    }

    /// <summary>What the rest of the model makes of a residual stream.</summary>
    /// <param name="residual">[sequences, length, d] the stream after the first blocks.</param>
    /// <param name="blocks">How many blocks it has passed.</param>
    /// <returns>[sequences, length, vocabulary] logits.</returns>
    public Tensor Logits(Tensor residual, int blocks)
    {
        ArgumentNullException.ThrowIfNull(residual);
        var normed = Norm(Blocks(residual, blocks, Settings.BlockCount), LlamaNames.FinalNorm);
        return nn.functional.linear(normed, _tensors[Settings.TiedEmbeddings ? LlamaNames.Embedding : LlamaNames.Head]);
    }

    /// <summary>Says whether a forward pass is to be followed by a backward pass into the weights.</summary>
    public void RequireGradients(bool required) => ParameterGradients.Require(Named, required);

    /// <summary>Forgets the gradients of the last backward pass.</summary>
    public void ZeroGradients() => ParameterGradients.Clear(Named);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Named)
        {
            tensor.Dispose();
        }

        _cos.Dispose();
        _sin.Dispose();
        _epsilon.Dispose();
    }

    private static LlamaModel Build(LlamaSettings settings, Func<string, long[], Tensor> make)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shape) in LlamaNames.All(settings))
            {
                using var scope = NewDisposeScope();
                tensors.Add(name, make(name, shape).DetachFromDisposeScope());
            }

            return new LlamaModel(settings, tensors);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    private static bool WritesToResidual(string name) => name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal);

    /// <summary>[context, head] cosines and sines; both halves of a head turn by the same angles.</summary>
    private static (Tensor Cos, Tensor Sin) Rotations(LlamaSettings settings)
    {
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var frequencies = pow(settings.RopeTheta, arange(0, settings.HeadSize, 2, ScalarType.Float64).div(-settings.HeadSize));
        var angles = outer(arange(settings.ContextLength, ScalarType.Float64), frequencies);
        var both = cat([angles, angles], -1);
        return (both.cos().to(ScalarType.Float32).DetachFromDisposeScope(), both.sin().to(ScalarType.Float32).DetachFromDisposeScope());
    }

    private Tensor Blocks(Tensor residual, int first, int end)
    {
        for (var block = first; block < end; block++)
        {
            residual = residual + Attention(block, Norm(residual, LlamaNames.OfBlock(block, "input_layernorm")));
            residual = residual + FeedForward(block, Norm(residual, LlamaNames.OfBlock(block, "post_attention_layernorm")));
        }

        return residual;
    }

    private Tensor Attention(int block, Tensor x)
    {
        var (sequences, length) = (x.shape[0], x.shape[1]);
        Tensor Heads(string part, int count) =>
            nn.functional.linear(x, _tensors[LlamaNames.OfBlock(block, part)]).view(sequences, length, count, Settings.HeadSize).transpose(1, 2);

        var cos = _cos.narrow(0, 0, length);
        var sin = _sin.narrow(0, 0, length);
        Tensor Turn(Tensor heads)
        {
            var half = Settings.HeadSize / 2;
            var turned = cat([heads.narrow(-1, half, half).neg(), heads.narrow(-1, 0, half)], -1);
            return (heads * cos) + (turned * sin);
        }

        var groups = Settings.HeadCount / Settings.KeyValueHeadCount;
        Tensor Shared(Tensor heads) => groups == 1 ? heads : heads.repeat_interleave(groups, 1);

        var attended = nn.functional.scaled_dot_product_attention(
            Turn(Heads("self_attn.q_proj", Settings.HeadCount)),
            Shared(Turn(Heads("self_attn.k_proj", Settings.KeyValueHeadCount))),
            Shared(Heads("self_attn.v_proj", Settings.KeyValueHeadCount)),
            is_casual: true);
        var joined = attended.transpose(1, 2).reshape(sequences, length, Settings.HeadCount * Settings.HeadSize);
        return nn.functional.linear(joined, _tensors[LlamaNames.OfBlock(block, "self_attn.o_proj")]);
    }

    private Tensor FeedForward(int block, Tensor x)
    {
        var gate = nn.functional.silu(nn.functional.linear(x, _tensors[LlamaNames.OfBlock(block, "mlp.gate_proj")]));
        var up = nn.functional.linear(x, _tensors[LlamaNames.OfBlock(block, "mlp.up_proj")]);
        return nn.functional.linear(gate * up, _tensors[LlamaNames.OfBlock(block, "mlp.down_proj")]);
    }

    // Held for the reason that HeldScalars gives.
    private Tensor Norm(Tensor x, string weight) =>
        x * x.Squared().mean([-1L], keepdim: true).add(_epsilon).rsqrt() * _tensors[weight];
}
