using Steering.Catalogues;
using Steering.Saes;
using Steering.Saes.Formats;

namespace Steering.Export.Saes;

/// <summary>Makes a SAELens folder of an autoencoder in any layout that <see cref="SaeFolder"/> reads.</summary>
public static class SaeConverter
{
    /// <summary>Converts an autoencoder, with its statistics where they lie beside it.</summary>
    /// <param name="source">The folder or file.</param>
    /// <param name="destination">The SAELens folder to make.</param>
    /// <param name="options">Folds, and what the file does not say; null: none.</param>
    /// <exception cref="SteeringException">The source cannot be read, a fold is not defined for it, or the destination cannot be written.</exception>
    public static SaeConversion Convert(string source, string destination, SaeConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        options ??= new SaeConversionOptions();
        var format = SaeFolder.Detect(source);
        RefuseToReplaceSource(SaeFolder.FolderOf(source), destination);
        var parameters = Placed(SaeFolder.ReadParameters(source), options);
        var catalogue = Path.Combine(SaeFolder.FolderOf(source), FeatureCatalogue.FileName);
        var statistics = Statistics(source, catalogue);
        var folded = SaeFolding.Apply(parameters, options.Folds);
        if (statistics is not null && SaeFolding.ActivationFactors(parameters, options.Folds) is { } factors)
        {
            statistics = statistics with { MaxActivation = statistics.MaxActivation.ToArray().Select((value, latent) => value * factors[latent]).ToArray() };
        }

        SaeLensFolderWriter.Write(destination, folded, overwrite: options.Overwrite, statistics: statistics);
        var stored = folded.Architecture is SaeArchitecture.BatchTopK or SaeArchitecture.MatryoshkaBatchTopK ? SaeArchitecture.JumpRelu : folded.Architecture;
        return new SaeConversion(format, folded, stored, statistics is not null, File.Exists(catalogue));
    }

    /// <summary>Statistics from their file or the catalogue. A catalogue of other weights is refused, as everywhere.</summary>
    private static SaeStatistics? Statistics(string source, string catalogue) =>
        SaeFolder.ReadStatistics(source) ?? (File.Exists(catalogue) ? SaeFolder.Load(source).Statistics : null);

    private static SaeParameters Placed(SaeParameters parameters, SaeConversionOptions options)
    {
        if (options.Site is { } site)
        {
            var hook = HookPoint.OfSite(site);
            parameters = parameters.HookName is { } own && HookPoint.ToSite(own) != site
                ? throw new SteeringException($"{parameters.Source} says that it reads '{own}', not {site}. Leave the site out, or correct the file that says so.")
                : parameters with { HookName = parameters.HookName ?? hook };
        }

        return options.ModelName is not { } model ? parameters
            : parameters.ModelName is { } trained && trained != model ? throw new SteeringException($"{parameters.Source} says that it was trained on '{trained}', not '{model}'. Leave the model's name out, or correct the file that says so.")
            : parameters with { ModelName = model };
    }

    /// <summary>Replacing a folder removes everything in it, the source included.</summary>
    private static void RefuseToReplaceSource(string source, string destination)
    {
        var from = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        var to = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        if (from == to || from.StartsWith(to + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new SteeringException($"{destination} holds the autoencoder that is to be converted; choose another name for the result.");
        }
    }
}

/// <summary>What <see cref="SaeConverter"/> did.</summary>
/// <param name="Format">Layout of the source.</param>
/// <param name="Written">What was written, after the folds.</param>
/// <param name="Stored">Architecture in the folder: BatchTopK and Matryoshka are stored as JumpReLU.</param>
/// <param name="HasStatistics">Whether the latents' statistics went along, in the new unit of activation.</param>
/// <param name="CatalogueLeft">Whether a feature catalogue lies beside the source; it belongs to those weights and stays there.</param>
public sealed record SaeConversion(SaeFormat Format, SaeParameters Written, SaeArchitecture Stored, bool HasStatistics, bool CatalogueLeft);

/// <summary>How <see cref="SaeConverter"/> converts.</summary>
public sealed record SaeConversionOptions
{
    /// <summary>What to fold into the weights; what is not folded is written as it is.</summary>
    public SaeFolds Folds { get; init; }

    /// <summary>The site it reads, as in <c>resid_post.15</c>, for files that do not say; null: what the file says.</summary>
    public string? Site { get; init; }

    /// <summary>The model it was trained on, for files that do not say; null: what the file says.</summary>
    public string? ModelName { get; init; }

    /// <summary>Replaces a SAELens folder that exists.</summary>
    public bool Overwrite { get; init; }
}
