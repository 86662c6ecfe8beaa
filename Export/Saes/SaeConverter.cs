using Steering.Saes;

namespace Steering.Export.Saes;

/// <summary>Makes a SAELens folder of an autoencoder in any layout that <see cref="SaeFolder"/> reads.</summary>
public static class SaeConverter
{
    /// <summary>Converts an autoencoder, with its statistics where they lie beside it.</summary>
    /// <param name="source">The folder or file.</param>
    /// <param name="destination">The SAELens folder to make.</param>
    /// <param name="folds">What to fold into the weights; what is not folded is written as it is.</param>
    /// <param name="overwrite">Replaces a SAELens folder that exists.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="SteeringException">The source cannot be read, a fold is not defined for it, or the destination cannot be written.</exception>
    public static SaeParameters Convert(string source, string destination, SaeFolds folds = SaeFolds.None, bool overwrite = false)
    {
        var parameters = SaeFolder.ReadParameters(source);
        var statistics = SaeFolder.ReadStatistics(source);
        var folded = SaeFolding.Apply(parameters, folds);
        if (statistics is not null && SaeFolding.ActivationFactors(parameters, folds) is { } factors)
        {
            statistics = statistics with { MaxActivation = statistics.MaxActivation.ToArray().Select((value, latent) => value * factors[latent]).ToArray() };
        }

        SaeLensFolderWriter.Write(destination, folded, overwrite: overwrite, statistics: statistics);
        return folded;
    }
}
