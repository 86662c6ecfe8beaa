using System.Globalization;

namespace Steering.Saes.Formats;

/// <summary>The classes of dictionary_learning that are autoencoders, by the tensors of their state.</summary>
internal static class DictionaryClasses
{
    public static SaeParameters Read(string name, SaeTensors tensors, SaeLensConfigReader trainer, string source) => name switch
    {
        "AutoEncoder" => Linear(tensors, source, SaeArchitecture.Standard, "bias", inputBias: true),
        "AutoEncoderNew" => Linear(tensors, source, SaeArchitecture.Standard, "decoder.bias", inputBias: false),
        "AutoEncoderTopK" => Ranked(tensors, trainer, source),
        "BatchTopKSAE" => Thresholded(Linear(tensors, source, SaeArchitecture.BatchTopK, "b_dec", inputBias: true, thresholds: true), tensors),
        "GatedAutoEncoder" => Gated(tensors, source),
        "MatryoshkaBatchTopKSAE" or "MatroyshkaBatchTopKSAE" => Matryoshka(tensors, source), // Older versions spell it so.
        "JumpReluAutoEncoder" => Matrices(tensors, source, SaeArchitecture.JumpRelu, inputBias: false),
        _ => throw trainer.Refusal("dict_class", name, "expected AutoEncoder, AutoEncoderNew, GatedAutoEncoder, AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE or JumpReluAutoEncoder"),
    };

    /// <summary>Encoder and decoder as linear layers: [F, D] and [D, F].</summary>
    private static SaeParameters Linear(SaeTensors tensors, string source, SaeArchitecture architecture, string bias, bool inputBias, bool thresholds = false)
    {
        var (latents, d) = tensors.Sizes("encoder.weight");
        return new SaeParameters
        {
            Source = source,
            Architecture = architecture,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.Take("encoder.weight", latents, d),
            Decoder = tensors.TakeTransposed("decoder.weight", d, latents),
            EncoderBias = architecture == SaeArchitecture.Gated ? [] : tensors.Take("encoder.bias", latents),
            DecoderBias = tensors.Take(bias, d),
            ApplyDecoderBiasToInput = inputBias,
            Threshold = thresholds ? Constant(tensors.TakeScalar("threshold"), latents) : [],
        };
    }

    /// <summary>k decides at inference; the threshold beside it is for another way of calling it and is not used.</summary>
    private static SaeParameters Ranked(SaeTensors tensors, SaeLensConfigReader trainer, string source)
    {
        // Older versions kept k in the configuration only.
        var given = trainer.TakeInteger("k");
        var k = tensors.Has("k") || given is null ? tensors.TakeWhole("k") : given.Value;
        if (given is not null && given != k)
        {
            throw trainer.Refusal("k", given.Value.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"the weights have {k}; the configuration and the weights do not fit each other"));
        }

        var parameters = Linear(tensors, source, SaeArchitecture.TopK, "b_dec", inputBias: true) with { K = k };
        tensors.Ignore("threshold");
        return parameters;
    }

    /// <summary>The threshold decides at inference; k was the batch's.</summary>
    private static SaeParameters Thresholded(SaeParameters parameters, SaeTensors tensors)
    {
        tensors.Ignore("k");
        return parameters;
    }

    private static SaeParameters Gated(SaeTensors tensors, string source)
    {
        var parameters = Linear(tensors, source, SaeArchitecture.Gated, "decoder_bias", inputBias: true);
        return parameters with
        {
            GateBias = tensors.Take("gate_bias", parameters.LatentCount),
            MagnitudeBias = tensors.Take("mag_bias", parameters.LatentCount),
            MagnitudeLogScale = tensors.Take("r_mag", parameters.LatentCount),
        };
    }

    private static SaeParameters Matryoshka(SaeTensors tensors, string source)
    {
        var parameters = Matrices(tensors, source, SaeArchitecture.MatryoshkaBatchTopK, inputBias: true);
        tensors.Ignore("k");
        tensors.Ignore("group_sizes");
        return parameters;
    }

    /// <summary>Encoder and decoder as matrices: [D, F] and [F, D]; the threshold one for all or one a latent.</summary>
    private static SaeParameters Matrices(SaeTensors tensors, string source, SaeArchitecture architecture, bool inputBias)
    {
        var (d, latents) = tensors.Sizes("W_enc");
        return new SaeParameters
        {
            Source = source,
            Architecture = architecture,
            HiddenSize = d,
            LatentCount = latents,
            Encoder = tensors.TakeTransposed("W_enc", d, latents),
            Decoder = tensors.Take("W_dec", latents, d),
            EncoderBias = tensors.Take("b_enc", latents),
            DecoderBias = tensors.Take("b_dec", d),
            Threshold = architecture == SaeArchitecture.JumpRelu ? tensors.Take("threshold", latents) : Constant(tensors.TakeScalar("threshold"), latents),
            ApplyDecoderBiasToInput = inputBias,
        };
    }

    private static float[] Constant(float value, int count)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return values;
    }
}
