using Steering.Catalogues;

namespace Steering.Saes.Formats;

/// <summary>
/// Loads a sparse autoencoder from whatever published layout a folder holds. <see cref="SaeFormat"/> lists the layouts;
/// every setting of a layout is honoured or refused by name. Beside any of them a <see cref="SaeStatistics.FileName"/>,
/// or without it a <see cref="FeatureCatalogue.FileName"/>, is read where it is there.
/// </summary>
public static class SaeFolder
{
    /// <summary>Loads an autoencoder for inference.</summary>
    /// <param name="path">The folder, or the file in it that holds the weights or the configuration.</param>
    /// <exception cref="SteeringException">There is none, it is damaged, or it holds what cannot be honoured; the message says which.</exception>
    public static SparseAutoencoder Load(string path)
    {
        var autoencoder = SparseAutoencoder.Create(ReadParameters(path), ReadStatistics(path));
        return FeatureCatalogue.Complete(autoencoder, FolderOf(path));
    }

    /// <summary>Reads an autoencoder as its files give it, before any fold: for conversion.</summary>
    /// <param name="path">The folder, or the file in it that holds the weights or the configuration.</param>
    /// <exception cref="SteeringException">There is none, it is damaged, or it holds what cannot be honoured; the message says which.</exception>
    public static SaeParameters ReadParameters(string path)
    {
        var place = SaePlace.Find(path);
        return place.Format switch
        {
            SaeFormat.SaeLens => SaeLensFolder.ReadParameters(place.Folder),
            SaeFormat.GemmaScope => GemmaScopeFormat.Read(place.Weights),
            SaeFormat.GemmaScope2 => GemmaScope2Format.Read(place.Folder),
            SaeFormat.LlamaScope => LlamaScopeFormat.Read(place.Folder),
            SaeFormat.Sparsify => SparsifyFormat.Read(place.Folder),
            _ => DictionaryLearningFormat.Read(place.Folder),
        };
    }

    /// <summary>The statistics of the latents that lie beside an autoencoder, or null.</summary>
    /// <param name="path">The folder, or a file in it.</param>
    /// <exception cref="SteeringException">There is no autoencoder, or the statistics are damaged.</exception>
    public static SaeStatistics? ReadStatistics(string path)
    {
        var statistics = StatisticsPath(path);
        return File.Exists(statistics) ? SaeStatistics.Load(statistics) : null;
    }

    /// <summary>Where the statistics of an autoencoder lie, or would lie.</summary>
    /// <param name="path">The folder, or a file in it.</param>
    /// <exception cref="SteeringException">There is no autoencoder.</exception>
    public static string StatisticsPath(string path) => Path.Combine(FolderOf(path), SaeStatistics.FileName);

    /// <summary>The folder an autoencoder lies in, where its statistics and its catalogue are looked for.</summary>
    /// <param name="path">The folder, or a file in it.</param>
    /// <exception cref="SteeringException">There is no autoencoder.</exception>
    public static string FolderOf(string path) => SaePlace.Find(path).Folder;

    /// <summary>Says which layout a path holds. Only names are looked at.</summary>
    /// <param name="path">The folder, or a file in it.</param>
    /// <exception cref="SteeringException">None that is known, or more than one; the message lists the layouts and what is there.</exception>
    public static SaeFormat Detect(string path) => SaePlace.Find(path).Format;

    /// <summary>As <see cref="Detect"/>, without a refusal where nothing is recognised.</summary>
    /// <param name="path">The folder, or a file in it.</param>
    /// <param name="format">Receives the layout.</param>
    public static bool TryDetect(string path, out SaeFormat format)
    {
        var place = SaePlace.TryFind(path);
        format = place?.Format ?? default;
        return place is not null;
    }

    /// <summary>The layout's name, for people.</summary>
    /// <param name="format">The layout.</param>
    public static string NameOf(SaeFormat format) => format switch
    {
        SaeFormat.SaeLens => "SAELens",
        SaeFormat.GemmaScope => "Gemma Scope",
        SaeFormat.GemmaScope2 => "Gemma Scope 2",
        SaeFormat.LlamaScope => "Llama Scope",
        SaeFormat.Sparsify => "sparsify",
        SaeFormat.DictionaryLearning => "dictionary_learning",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format."),
    };
}
