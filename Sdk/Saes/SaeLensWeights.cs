using System.Globalization;
using System.Numerics.Tensors;
using Steering.Tensors;

namespace Steering.Saes;

/// <summary>Takes the tensors of a SAELens weights file, each with its shape checked, and refuses what is left.</summary>
internal sealed class SaeLensWeights(SafetensorsFile file, SaeLensConfig config) : IDisposable
{
    private readonly HashSet<string> _left = new(file.Names, StringComparer.Ordinal);

    public SaeParameters Read(string source, float activationScale)
    {
        var (d, latents) = (config.HiddenSize, config.LatentCount);
        if (d < 1 || latents < 1 || (long)d * latents > Array.MaxLength)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{config.Path}: d_in {d} and d_sae {latents} are not the sizes of an autoencoder."));
        }

        var pursuit = config.Architecture == SaeArchitecture.MatchingPursuit;
        var gated = config.Architecture == SaeArchitecture.Gated;
        var parameters = new SaeParameters
        {
            Source = source,
            Architecture = config.Architecture,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = pursuit ? [] : MatrixTranspose.Of(Take("W_enc", d, latents), d, latents),
            Decoder = Take("W_dec", latents, d),
            DecoderBias = Take("b_dec", d),
            EncoderBias = gated || pursuit ? [] : Take("b_enc", latents),
            Threshold = Thresholds(latents),
            GateBias = gated ? Take("b_gate", latents) : [],
            MagnitudeBias = gated ? Take("b_mag", latents) : [],
            MagnitudeLogScale = gated ? Take("r_mag", latents) : [],
            DecoderGain = FineTuning(latents),
            ApplyDecoderBiasToInput = config.ApplyDecoderBiasToInput,
            Normalisation = config.Normalisation,
            ActivationScale = activationScale,
            RescaleByDecoderNorm = config.RescaleByDecoderNorm,
            K = config.K,
            MaxIterations = config.MaxIterations,
            ResidualThreshold = config.ResidualThreshold,
            StopOnDuplicateSupport = config.StopOnDuplicateSupport,
            ModelName = config.ModelName,
            HookName = config.HookName,
            ModelSha256 = config.ModelSha256,
            Training = config.Training,
        };
        if (_left.Count > 0)
        {
            throw new SteeringException($"{file.Path}: tensor '{_left.Order(StringComparer.Ordinal).First()}' does not belong to a {config.Architecture} autoencoder; cfg.json and the weights do not fit each other.");
        }

        return config.CentresInput ? InputCentering.Apply(parameters) : parameters;
    }

    public void Dispose() => file.Dispose();

    /// <summary>Thresholds as saved (<c>threshold</c>) or as trained: logarithms, or one number for all latents.</summary>
    private float[] Thresholds(int latents)
    {
        switch (config.Architecture)
        {
            case SaeArchitecture.JumpRelu when !file.Contains("threshold") && file.Contains("log_threshold"):
                var thresholds = Take("log_threshold", latents);
                TensorPrimitives.Exp(thresholds, thresholds);
                return thresholds;
            case SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK when !file.Contains("threshold") && file.Contains("topk_threshold"):
                var all = new float[latents];
                Array.Fill(all, file.Describe("topk_threshold").Shape.Count == 0 ? Take("topk_threshold")[0] : Take("topk_threshold", 1)[0]);
                return all;
            case SaeArchitecture.JumpRelu or SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK:
                return Take("threshold", latents);
            default:
                return [];
        }
    }

    /// <summary>Per-latent factor of the decoder. A factor of ones beside a false flag is a leftover of old versions.</summary>
    private float[] FineTuning(int latents)
    {
        var name = file.Contains("finetuning_scaling_factor") ? "finetuning_scaling_factor" : "scaling_factor";
        if (!file.Contains(name))
        {
            // The flag without the tensor means nothing; SAELens takes it for false.
            return [];
        }

        var factor = Take(name, latents);
        if (config.FineTuningScale)
        {
            return factor;
        }

        return Array.TrueForAll(factor, value => value == 1)
            ? []
            : throw new SteeringException($"{config.Path}: finetuning_scaling_factor = false, but {file.Path} holds a '{name}' other than 1; set the flag to true if it was trained.");
    }

    private float[] Take(string name, params ReadOnlySpan<long> shape)
    {
        if (!_left.Remove(name))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' is missing; a {config.Architecture} autoencoder has it.");
        }

        var info = file.Describe(name);
        if (!shape.SequenceEqual([.. info.Shape]))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' has shape [{string.Join(", ", info.Shape)}], expected [{string.Join(", ", shape.ToArray())}] from d_in and d_sae in cfg.json.");
        }

        if (info.ElementType is not (TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float64))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' is of type {info.ElementType}; weights are Float32, Float16, BFloat16 or Float64.");
        }

        var values = file.ReadFloat32(name);
        Round(values, info.ElementType);
        SaeParameterCheck.Finite(file.Path, $"tensor '{name}' as {config.DataType}", values);
        return values;
    }

    /// <summary>Rounds weights stored wider than the declared type, as the reference does when it loads them.</summary>
    private void Round(Span<float> values, TensorElementType stored)
    {
        if (config.DataType == "float16" && stored != TensorElementType.Float16)
        {
            foreach (ref var value in values)
            {
                value = (float)(Half)value;
            }
        }
        else if (config.DataType == "bfloat16" && stored != TensorElementType.BFloat16)
        {
            foreach (ref var value in values)
            {
                var bits = BitConverter.SingleToUInt32Bits(value);
                value = float.IsFinite(value) ? BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000) : value;
            }
        }
    }
}
