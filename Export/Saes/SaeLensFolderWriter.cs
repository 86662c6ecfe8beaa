using Steering.IO;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Export.Saes;

/// <summary>
/// Writes a SAELens 6 folder: <c>cfg.json</c> and <c>sae_weights.safetensors</c> (fp32, <c>W_enc</c> [d, D],
/// <c>W_dec</c> [D, d], …), and beside them the latents' statistics where they are known. What
/// <see cref="SaeLensFolder.ReadParameters"/> reads back has the same bits.
/// </summary>
/// <remarks>
/// BatchTopK and Matryoshka are stored as SAELens stores them: as JumpReLU with their thresholds, decoder norms folded in
/// where they rescale activations. A global input scale that is not folded is written as
/// <c>expected_average_only_in</c> with its factor; SAELens's own loader leaves that factor to its user, so fold it
/// (<see cref="SaeFolding.Scale"/>) for readers that are to get the right activations without being told.
/// </remarks>
public static class SaeLensFolderWriter
{
    /// <summary>Writes a folder, atomically.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="parameters">The autoencoder; its arrays are not changed.</param>
    /// <param name="summary">How it was trained; null: what <see cref="SaeParameters.Training"/> says.</param>
    /// <param name="overwrite">Replaces a folder that holds an autoencoder of this format; anything else there is refused.</param>
    /// <param name="statistics">Statistics of the latents, in the same units of activation, or null.</param>
    /// <exception cref="SteeringException">The parameters cannot be an autoencoder, or the folder cannot be written.</exception>
    public static void Write(string folder, SaeParameters parameters, SaeTrainingSummary? summary = null, bool overwrite = false, SaeStatistics? statistics = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(parameters);
        SaeParameterCheck.Check(parameters);
        if (statistics is not null && statistics.LatentCount != parameters.LatentCount)
        {
            throw new SteeringException($"{parameters.Source}: the statistics are of {statistics.LatentCount} latents, the autoencoder has {parameters.LatentCount}; make them again for this autoencoder.");
        }

        var stored = Stored(parameters);
        RefuseToReplace(folder, overwrite);
        using var target = AtomicFolder.Create(folder, replace: overwrite);
        AtomicFile.WriteAllBytes(Path.Combine(target.WorkingPath, SaeLensFolder.ConfigName), SaeLensConfigWriter.Write(stored, parameters, summary ?? parameters.Training));
        SafetensorsWriter.Write(Path.Combine(target.WorkingPath, SaeLensFolder.WeightsName), Tensors(stored));
        statistics?.Save(Path.Combine(target.WorkingPath, SaeStatistics.FileName));
        target.Commit();
    }

    /// <summary>The parameters as the folder holds them, so what <see cref="SaeFolder.ReadParameters"/> will give.</summary>
    internal static SaeParameters Stored(SaeParameters parameters)
    {
        if (parameters.Architecture is not (SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK))
        {
            return parameters;
        }

        var folded = parameters.RescaleByDecoderNorm ? SaeFolding.DecoderNorm(parameters) : parameters;
        return folded with { Architecture = SaeArchitecture.JumpRelu };
    }

    private static List<TensorData> Tensors(SaeParameters p)
    {
        var (d, latents) = (p.HiddenSize, p.LatentCount);
        var tensors = new List<TensorData>
        {
            TensorData.FromFloat32("W_dec", [latents, d], p.Decoder),
            TensorData.FromFloat32("b_dec", [d], p.DecoderBias),
        };
        Add("W_enc", p.Encoder.Length == 0 ? [] : MatrixTranspose.Of(p.Encoder, latents, d), d, latents);
        Add("b_enc", p.EncoderBias, latents);
        Add("threshold", p.Threshold, latents);
        Add("b_gate", p.GateBias, latents);
        Add("b_mag", p.MagnitudeBias, latents);
        Add("r_mag", p.MagnitudeLogScale, latents);
        Add("scaling_factor", p.DecoderGain, latents);
        return tensors;

        void Add(string name, float[] values, params long[] shape)
        {
            if (values.Length > 0)
            {
                tensors.Add(TensorData.FromFloat32(name, shape, values));
            }
        }
    }

    private static void RefuseToReplace(string folder, bool overwrite)
    {
        if (overwrite && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()
            && !(File.Exists(Path.Combine(folder, SaeLensFolder.ConfigName)) && File.Exists(Path.Combine(folder, SaeLensFolder.WeightsName))))
        {
            throw new SteeringException($"{folder} holds something other than a SAELens folder ({SaeLensFolder.ConfigName} and {SaeLensFolder.WeightsName}), so it is not replaced. Choose another name or remove it first.");
        }
    }
}
