using System.Numerics.Tensors;
using Steering.Analysis.Selection;
using Steering.Saes;
using Steering.Training.Llama;
using Steering.Training.Torch;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Gradients;

/// <summary>Texts with their residual streams and activations at a site, computed once: dials change neither.</summary>
internal sealed class DialTexts
{
    private readonly LlamaModel _model;
    private readonly int _blocks;
    private readonly IReadOnlyList<DialExample> _examples;
    private readonly float[][] _residuals;

    /// <exception cref="SteeringException">There is no text, or one cannot be used.</exception>
    public DialTexts(LlamaModel model, int blocks, SparseAutoencoder sae, IReadOnlyList<DialExample> examples, CancellationToken cancellation)
    {
        Check(examples);
        TorchRuntime.EnsureLoaded();
        (_model, _blocks, _examples) = (model, blocks, examples);
        _residuals = new float[examples.Count][];
        Activations = new SparseActivations[examples.Count];
        using var gradient = no_grad();
        for (var text = 0; text < examples.Count; text++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            long[] ids = [.. examples[text].Ids];
            _residuals[text] = model.Residual(tensor(ids, 1, ids.Length), blocks).contiguous().data<float>().ToArray();
            Activations[text] = sae.EncodeSparse(_residuals[text], ids.Length);
        }
    }

    /// <summary>What fires at each token of each text.</summary>
    public SparseActivations[] Activations { get; }

    /// <summary>Number of texts.</summary>
    public int Count => _examples.Count;

    /// <summary>Tokens of a text.</summary>
    public int Length(int text) => _examples[text].Ids.Count;

    /// <summary>Mean norm of the residual stream over all tokens but the first of each text.</summary>
    public double MeanNorm()
    {
        var size = _model.Settings.HiddenSize;
        var (sum, count) = (0.0, 0L);
        foreach (var residual in _residuals)
        {
            for (var at = size; at < residual.Length; at += size)
            {
                sum += TensorPrimitives.Norm(residual.AsSpan(at, size));
                count++;
            }
        }

        return sum / count;
    }

    /// <summary>The weighted loss of some texts with edits, and its gradient by them.</summary>
    /// <param name="texts">Which texts.</param>
    /// <param name="edit">Writes a text's edits, [tokens, d], into zeros.</param>
    /// <param name="withGradient">Whether the gradient is wanted.</param>
    /// <returns>Sum of weight · loss by each text's <see cref="DialAim"/>, sum of weights, and for each text the gradient [tokens, d] of the first (empty where not wanted).</returns>
    public (double Loss, double Weight, float[][] Gradients) Run(IReadOnlyList<int> texts, Action<int, Span<float>> edit, bool withGradient)
    {
        var size = _model.Settings.HiddenSize;
        var length = texts.Max(Length);
        var moved = new float[texts.Count * length * size];
        var targets = new long[texts.Count * (length - 1)];
        var weights = new float[targets.Length];
        for (var row = 0; row < texts.Count; row++)
        {
            // Attention looks back only, so what pads a row on its right changes nothing before it.
            var example = _examples[texts[row]];
            var own = moved.AsSpan(row * length * size, example.Ids.Count * size);
            edit(texts[row], own);
            TensorPrimitives.Add(own, _residuals[texts[row]], own);
            for (var token = 1; token < example.Ids.Count; token++)
            {
                targets[(row * (length - 1)) + token - 1] = example.Ids[token];
                weights[(row * (length - 1)) + token - 1] = example.Weights[token];
            }
        }

        using var scope = NewDisposeScope();
        using var gradient = withGradient ? enable_grad() : (IDisposable)no_grad();
        var stream = tensor(moved, texts.Count, length, size, requires_grad: withGradient);
        var logits = nn.functional.log_softmax(_model.Logits(stream, _blocks).narrow(1, 0, length - 1), -1);
        var chosen = logits.gather(-1, tensor(targets, texts.Count, length - 1, 1)).squeeze(-1);
        var losses = new List<Tensor>();
        foreach (var rows in Enumerable.Range(0, texts.Count).GroupBy(row => _examples[texts[row]].Aim).OrderBy(group => group.Key))
        {
            long[] group = [.. rows.Select(row => (long)row)];
            losses.Add((Loss(rows.Key, group, texts, length, logits, chosen) * tensor(weights, texts.Count, length - 1)[TensorIndex.Tensor(tensor(group))]).sum([0L, 1L]));
        }

        var loss = stack(losses).sum();
        if (!withGradient)
        {
            return (loss.item<float>(), TensorPrimitives.Sum(weights), []);
        }

        loss.backward();
        var slopes = stream.grad!.data<float>().ToArray();
        return (loss.item<float>(), TensorPrimitives.Sum(weights), [.. texts.Select((text, row) => slopes.AsSpan(row * length * size, Length(text) * size).ToArray())]);
    }

    /// <summary>[rows, length − 1] what each token of some rows loses.</summary>
    private Tensor Loss(DialAim aim, long[] rows, IReadOnlyList<int> texts, int length, Tensor logits, Tensor chosen)
    {
        var index = TensorIndex.Tensor(tensor(rows));
        if (aim == DialAim.Likelier)
        {
            return chosen[index].neg();
        }

        if (aim == DialAim.LessLikely)
        {
            return chosen[index].exp();
        }

        Tensor before;
        using (no_grad())
        {
            var size = _model.Settings.HiddenSize;
            var still = new float[rows.Length * length * size];
            for (var row = 0; row < rows.Length; row++)
            {
                _residuals[texts[(int)rows[row]]].CopyTo(still, row * length * size);
            }

            before = nn.functional.log_softmax(_model.Logits(tensor(still, rows.Length, length, size), _blocks).narrow(1, 0, length - 1), -1);
        }

        return (before.exp() * (before - logits[index])).sum(-1);
    }

    private static void Check(IReadOnlyList<DialExample> examples)
    {
        for (var text = 0; text < examples.Count; text++)
        {
            var (ids, weights) = (examples[text].Ids, examples[text].Weights);
            if (ids.Count < 2 || weights.Count != ids.Count || weights.Any(weight => !(weight >= 0 && float.IsFinite(weight))) || weights[0] != 0)
            {
                throw new SteeringException($"Text {text} has {ids.Count} tokens and {weights.Count} weights; expected at least two tokens, and as many finite weights of 0 or more, the first of them 0.");
            }
        }

        if (!examples.Any(example => example.Weights.Any(weight => weight > 0)))
        {
            throw new SteeringException($"{examples.Count} texts hold no token that counts; dials need at least one.");
        }
    }
}
