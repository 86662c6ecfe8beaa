using Steering.Training.Kernels;
using static TorchSharp.torch;

namespace Steering.Tests.Training.Kernels;

/// <summary>The loss of <see cref="SparseStep"/> written down densely, with gradients by libtorch's autograd.</summary>
internal static class DenseReference
{
    public static Dictionary<string, Tensor> Gradients(SparseStepOptions options, Tensor encoder, Tensor encoderBias, Tensor decoder, Tensor decoderBias, Tensor x, int[] dead, out double loss)
    {
        using var scope = NewDisposeScope();
        var e = encoder.detach().clone().requires_grad_();
        var eb = encoderBias.detach().clone().requires_grad_();
        var w = decoder.detach().clone().requires_grad_();
        var db = decoderBias.detach().clone().requires_grad_();
        var z = (options.SubtractDecoderBias ? x - db : x).mm(e.t()) + eb;
        var f = Activations(options, z);
        var total = zeros(1);
        Tensor? error = null;
        foreach (var (end, weight) in options.Prefixes.Zip(options.PrefixWeights))
        {
            error = f.narrow(1, 0, end).mm(w.narrow(0, 0, end)) + db - x;
            total += weight * error.pow(2).sum([1]).mean([0]);
        }

        if (dead.Length > 0 && options.AuxiliaryLatents > 0)
        {
            var index = tensor(dead.Select(latent => (long)latent).ToArray());
            var zd = z.index_select(1, index);
            var each = Math.Min(options.AuxiliaryLatents, dead.Length);
            var signed = options.Selection == SparseSelection.AbsTopK;
            var (_, places) = (signed ? zd.abs() : zd).topk(each, 1);
            var values = zd.gather(1, places);
            var fd = zeros_like(zd).scatter(1, places, signed ? values : values.relu());
            var residual = (error! * -1).detach();
            var share = Math.Min((double)dead.Length / options.AuxiliaryLatents, 1);
            total += options.AuxiliaryCoefficient * share * (residual - fd.mm(w.index_select(0, index))).pow(2).sum([1]).mean([0]);
        }

        total.backward();
        loss = total.item<float>();
        var along = w.grad! - ((w.grad! * w).sum([1L], keepdim: true) * w.detach());
        return new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["encoder"] = e.grad!.detach().MoveToOuterDisposeScope(),
            ["encoder bias"] = eb.grad!.detach().MoveToOuterDisposeScope(),
            ["decoder"] = along.detach().MoveToOuterDisposeScope(),
            ["decoder bias"] = db.grad!.detach().MoveToOuterDisposeScope(),
        };
    }

    private static Tensor Activations(SparseStepOptions options, Tensor z)
    {
        if (options.Selection == SparseSelection.BatchTopK)
        {
            var flat = z.relu().view(-1);
            var (values, places) = flat.topk((int)(options.K * z.shape[0]), 0);
            return zeros_like(flat).scatter(0, places, values).view(z.shape);
        }

        var signed = options.Selection == SparseSelection.AbsTopK;
        var (_, chosen) = (signed ? z.abs() : z).topk((int)options.K, 1);
        var kept = z.gather(1, chosen);
        return zeros_like(z).scatter(1, chosen, signed ? kept : kept.relu());
    }
}
