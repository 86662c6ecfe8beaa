using Steering.Analysis.Statistics;
using Steering.Training.Torch;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>
/// Gives dead latents a new start at inputs that are reconstructed badly (Bricken et al. 2023): tokens are drawn without
/// replacement with probability proportional to the square of their squared error, the decoder row becomes the token's
/// direction, the encoder row that direction at 0.2 of the mean norm of the encoder rows alive, biases become zero. For
/// kinds without an auxiliary loss.
/// </summary>
internal static class DeadLatentResampling
{
    private const double EncoderShare = 0.2;

    /// <summary>Resets dead latents.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="weights">Its parameters, changed in place.</param>
    /// <param name="x">[tokens, d] a batch, the larger the better; at most so many latents are reset as it has tokens.</param>
    /// <param name="reconstruction">[tokens, d] its reconstruction.</param>
    /// <param name="dead">[D] bool.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="step">Step of the training; each draws differently.</param>
    /// <returns>The latents that were reset, ascending: what an optimiser remembers of them must become zero.</returns>
    public static IReadOnlyList<int> Apply(SaeKind kind, SaeWeights weights, Tensor x, Tensor reconstruction, Tensor dead, long seed, long step)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(reconstruction);
        ArgumentNullException.ThrowIfNull(dead);
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        var errors = (x - reconstruction).Squared().sum([1L]).data<float>().ToArray();
        int[] latents = [.. dead.data<bool>().ToArray().Index().Where(pair => pair.Item).Select(pair => pair.Index)];
        var tokens = Draw(errors, latents.Length, new SeededRandom(seed, step));
        latents = latents[..tokens.Length];
        if (latents.Length == 0)
        {
            return latents;
        }

        var rows = tensor(latents, ScalarType.Int64);
        var alive = dead.logical_not();
        var centred = new TokenNormaliser(x, kind.Settings.Normalisation).Input[tensor(tokens, ScalarType.Int64)] - weights.DecoderBias;
        var directions = centred / centred.norm(1, keepdim: true).clamp_min(HeldScalars.Tiny);
        _ = weights.Encoder.index_copy_(0, rows, directions * (EncoderShare * MeanNorm(weights.Encoder, alive)));
        _ = weights.Decoder.index_copy_(0, rows, directions * (kind.Settings.UnitNormDecoder ? 1 : MeanNorm(weights.Decoder, alive)));
        foreach (var vector in (Tensor?[])[weights.EncoderBias, weights.GateBias, weights.MagnitudeBias, weights.MagnitudeLogScale])
        {
            _ = vector?.index_fill_(0, rows, 0);
        }

        _ = weights.Threshold?.index_fill_(0, rows, kind.StartThreshold(weights.HiddenSize));
        return latents;
    }

    private static double MeanNorm(Tensor matrix, Tensor alive) =>
        alive.any().item<bool>() ? matrix[alive].norm(1).mean().item<float>() : 1;

    /// <summary>Draws without replacement: the largest of u^(1/w) are a weighted sample (Efraimidis and Spirakis, 2006).</summary>
    private static int[] Draw(float[] errors, int count, SeededRandom random)
    {
        var keys = new (double Key, int Token)[errors.Length];
        for (var token = 0; token < errors.Length; token++)
        {
            var uniform = (random.Below(1 << 30) + 0.5) / (1 << 30);
            var weight = (double)errors[token] * errors[token];
            keys[token] = (weight > 0 ? Math.Log(uniform) / weight : double.NegativeInfinity, token);
        }

        return [.. keys.Where(key => key.Key > double.NegativeInfinity).OrderByDescending(key => key.Key).Take(count).Select(key => key.Token)];
    }
}
