using Steering.Catalogues;
using Steering.IO;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>
/// Reads a SAELens folder: <c>cfg.json</c> (v6, or the flat layout before it) and <c>sae_weights.safetensors</c>;
/// with <c>normalize_activations</c> = <c>expected_average_only_in</c> also <c>activation_scaler.json</c>, and where
/// present our own <see cref="SaeStatistics.FileName"/>, or without it <see cref="FeatureCatalogue.FileName"/>. Every configuration flag is honoured or refused by name.
/// </summary>
/// <remarks>
/// <c>dtype</c> says how the weights are rounded; arithmetic is fp32 whatever it says. Keys that only record training
/// are passed over; unknown keys, unknown tensors and missing tensors are refused.
/// </remarks>
public static class SaeLensFolder
{
    /// <summary>Name of the configuration file.</summary>
    public const string ConfigName = "cfg.json";

    /// <summary>Name of the weights file.</summary>
    public const string WeightsName = "sae_weights.safetensors";

    private const string ScalerName = "activation_scaler.json";
    private const int MaximumScalerBytes = 1 << 16;

    /// <summary>Loads the autoencoder.</summary>
    /// <param name="folder">Folder with the files.</param>
    /// <exception cref="SteeringException">A file is missing or damaged, or holds what cannot be honoured; the message names it.</exception>
    public static SparseAutoencoder Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var statistics = Path.Combine(folder, SaeStatistics.FileName);
        return FeatureCatalogue.Complete(SparseAutoencoder.Create(ReadParameters(folder), File.Exists(statistics) ? SaeStatistics.Load(statistics) : null), folder);
    }

    /// <summary>Reads the autoencoder as the folder gives it, before any fold: for conversion.</summary>
    /// <param name="folder">Folder with the files.</param>
    /// <exception cref="SteeringException">A file is missing or damaged, or holds what cannot be honoured; the message names it.</exception>
    public static SaeParameters ReadParameters(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
        {
            throw new SteeringException($"{folder} is not a folder; a SAELens folder holds {ConfigName} and {WeightsName}.");
        }

        var config = SaeLensConfig.Load(Path.Combine(folder, ConfigName));
        using var weights = new SaeLensWeights(SafetensorsFile.Open(Path.Combine(folder, WeightsName)), config);
        return weights.Read(folder, config.ExpectedAverage ? ScalingFactor(folder, config) : 1);
    }

    private static float ScalingFactor(string folder, SaeLensConfig config)
    {
        var path = Path.Combine(folder, ScalerName);
        var stored = File.Exists(path) ? ReadScaler(path) : null;
        return (stored, config.ScalingFactor) switch
        {
            (null, null) => throw new SteeringException($"{config.Path}: normalize_activations = expected_average_only_in: the weights belong to activations multiplied by one factor, and the factor is not given. Put it into cfg.json as 'norm_scaling_factor' or into {ScalerName} as 'scaling_factor', or save the autoencoder with the factor folded in (normalize_activations 'none')."),
            ({ } one, { } other) when one != other => throw new SteeringException($"{config.Path}: norm_scaling_factor differs from scaling_factor in {ScalerName}; keep the right one."),
            _ => stored ?? config.ScalingFactor!.Value,
        };
    }

    private static float? ReadScaler(string path)
    {
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, MaximumScalerBytes));
        var reader = new SaeLensConfigReader(path, document.RootElement);
        var factor = reader.TakeNumber("scaling_factor");
        reader.RefuseRest();
        return factor;
    }
}
