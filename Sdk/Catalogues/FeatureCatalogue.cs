using System.Globalization;
using Microsoft.Data.Sqlite;
using Steering.Saes;

namespace Steering.Catalogues;

/// <summary>
/// A catalogue of features: statistics, labels and top examples with their text, in one SQLite file that is read in
/// place, so that a million features open as quickly as a thousand. Read-only and thread-safe.
/// </summary>
public sealed partial class FeatureCatalogue : IDisposable
{
    /// <summary>File name inside the autoencoder's folder.</summary>
    public const string FileName = "feature_catalogue.sqlite";

    private readonly Lock _lock = new();
    private readonly CatalogueConnection _connection;

    private FeatureCatalogue(CatalogueConnection connection, CatalogueInfo info)
    {
        _connection = connection;
        Info = info;
    }

    /// <summary>What the catalogue is about.</summary>
    public CatalogueInfo Info { get; }

    /// <summary>The file.</summary>
    public string Path => _connection.Path;

    /// <summary>Opens a catalogue.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is missing, no catalogue, of another version, or damaged.</exception>
    public static FeatureCatalogue Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using (IO.ReadableFile.Open(path))
        {
        }

        var connection = CatalogueConnection.Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            return new FeatureCatalogue(connection, CatalogueCheck.Read(connection));
        }
        catch (Exception failure)
        {
            connection.Dispose();
            throw failure switch
            {
                SqliteException sqlite => CatalogueConnection.Damaged(path, sqlite),
                InvalidOperationException or InvalidCastException => new SteeringException($"{path} is damaged ({failure.Message}); make the catalogue again with 'steer sae eval … --catalogue'.", failure),
                _ => failure,
            };
        }
    }

    /// <summary>Opens the catalogue of an autoencoder, and refuses one of another.</summary>
    /// <param name="path">The file.</param>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <exception cref="SteeringException">As for <see cref="Open(string)"/>, or it is of another autoencoder.</exception>
    public static FeatureCatalogue Open(string path, SparseAutoencoder autoencoder)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        var catalogue = Open(path);
        if (catalogue.Info.SaeSha256 == autoencoder.Fingerprint && catalogue.Info.LatentCount == autoencoder.LatentCount && catalogue.Info.HiddenSize == autoencoder.HiddenSize)
        {
            return catalogue;
        }

        catalogue.Dispose();
        throw new SteeringException($"{path} was made for another autoencoder (fingerprint {catalogue.Info.SaeSha256}); that of {autoencoder.Source} is {autoencoder.Fingerprint}. Remove the file, or make it again with 'steer sae eval … --catalogue'.");
    }

    /// <summary>
    /// Gives an autoencoder without statistics those of the catalogue in its folder, where there is one: a
    /// <see cref="SaeStatistics.FileName"/> goes before a catalogue.
    /// </summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="SteeringException">The catalogue is damaged, or of another autoencoder.</exception>
    public static SparseAutoencoder Complete(SparseAutoencoder autoencoder, string folder)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        var path = System.IO.Path.Combine(folder, FileName);
        if (autoencoder.Statistics is not null || !File.Exists(path))
        {
            return autoencoder;
        }

        using var catalogue = Open(path, autoencoder);
        return autoencoder.WithStatistics(catalogue.ReadStatistics());
    }

    /// <summary>One feature.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <exception cref="SteeringException">No such latent, or a damaged file.</exception>
    public CatalogueFeature Feature(int latent)
    {
        CheckLatent(latent);
        return Locked(() =>
        {
            // A latent that never fired has no row, and may have a label all the same.
            using var row = _connection.Query(
                "SELECT @0, ifnull(f.fired, 0), ifnull(f.max_activation, 0.0), ifnull(f.mean_activation, 0.0), f.nearest, f.nearest_cosine, l.label FROM (SELECT 1) LEFT JOIN features f ON f.latent = @0 LEFT JOIN labels l ON l.latent = @0",
                latent);
            row.Read();
            return ReadFeature(row);
        });
    }

    /// <summary>The places where a feature was largest, strongest first.</summary>
    /// <param name="latent">Latent, 0-based.</param>
    /// <param name="limit">Largest number of examples.</param>
    /// <exception cref="SteeringException">No such latent, or a damaged file.</exception>
    public IReadOnlyList<CatalogueExample> Examples(int latent, int limit = int.MaxValue)
    {
        CheckLatent(latent);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Locked(() =>
        {
            var examples = new List<CatalogueExample>();
            using var row = _connection.Query("SELECT e.latent, e.activation, e.neighbours, x.document, x.peak, x.lengths, x.text FROM examples e JOIN excerpts x ON x.excerpt = e.excerpt WHERE e.latent = @0 ORDER BY e.rank LIMIT @1", latent, limit);
            while (row.Read())
            {
                examples.Add(ReadExample(row));
            }

            return examples;
        });
    }

    /// <summary>Largest activations and firing frequencies of every latent: what strengths are multiples of.</summary>
    /// <exception cref="SteeringException">A damaged file.</exception>
    public SaeStatistics ReadStatistics() => Locked(() =>
    {
        // Every row takes some bytes: a file that claims more latents than it can hold gets no memory for them.
        if (Info.LatentCount > Math.Max(new FileInfo(Path).Length, 1 << 20))
        {
            throw Damaged($"it says {Info.LatentCount} latents, more than a file of its size can describe");
        }

        var (max, frequency) = (new float[Info.LatentCount], new float[Info.LatentCount]);
        using var row = _connection.Query("SELECT latent, fired, max_activation FROM features");
        while (row.Read())
        {
            var latent = Latent(row, 0);
            max[latent] = Real(row, 2);
            frequency[latent] = (float)((double)Fired(row, 1) / Info.Tokens);
        }

        return new SaeStatistics { MaxActivation = max, FiringFrequency = frequency, TokenCount = Info.Tokens, TokensLeftOut = Info.TokensLeftOut, Corpus = Info.Corpus };
    });

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            try
            {
                return read();
            }
            catch (SqliteException failure)
            {
                throw CatalogueConnection.Damaged(Path, failure);
            }
            catch (Exception failure) when (failure is InvalidOperationException or InvalidCastException)
            {
                throw new SteeringException($"{Path} is damaged ({failure.Message}); make the catalogue again.", failure);
            }
        }
    }

    private CatalogueFeature ReadFeature(SqliteDataReader row)
    {
        var nearest = row.IsDBNull(4) ? (int?)null : Latent(row, 4);
        return new CatalogueFeature(Latent(row, 0), Fired(row, 1), Real(row, 2), SignedReal(row, 3), nearest, nearest is null ? 0 : SignedReal(row, 5), row.IsDBNull(6) ? null : row.GetString(6));
    }

    private CatalogueExample ReadExample(SqliteDataReader row)
    {
        var excerpt = ReadExcerpt(row, 3);
        var activation = Real(row, 1);
        var activations = ExcerptCodec.Activations(row.GetFieldValue<byte[]>(2), excerpt.Tokens.Count, excerpt.Peak, activation) ?? throw Damaged("an example has activations outside its excerpt");
        return new CatalogueExample(Latent(row, 0), activation, activations, excerpt);
    }

    private CatalogueExcerpt ReadExcerpt(SqliteDataReader row, int column)
    {
        var tokens = ExcerptCodec.Cut(row.GetString(column + 3), row.GetFieldValue<byte[]>(column + 2)) ?? throw Damaged("the lengths of an excerpt's tokens are not those of its text");
        var peak = Whole(row, column + 1);
        return peak >= 0 && peak < tokens.Length
            ? new CatalogueExcerpt(Whole(row, column), (int)peak, tokens)
            : throw Damaged("an excerpt's peak lies outside");
    }

    private int Latent(SqliteDataReader row, int column) =>
        Whole(row, column) is var value && value >= 0 && value < Info.LatentCount ? (int)value : throw Damaged($"it names latent {value} of {Info.LatentCount}");

    private long Fired(SqliteDataReader row, int column) =>
        Whole(row, column) is var value && value >= 0 && value <= Info.Tokens ? value : throw Damaged($"a latent fired on {value} of {Info.Tokens} tokens");

    private float Real(SqliteDataReader row, int column) => SignedReal(row, column) is >= 0 and var value ? value : throw Damaged("an activation is negative");

    // SQLite keeps any type in any column, and gives text as the number 0.
    private long Whole(SqliteDataReader row, int column) => row.GetFieldType(column) == typeof(long) ? row.GetInt64(column) : throw Damaged("a whole number is none");

    private float SignedReal(SqliteDataReader row, int column) =>
        row.GetFieldType(column) == typeof(double) && (float)row.GetDouble(column) is var value && float.IsFinite(value) ? value : throw Damaged("a number is not finite, or none");

    private SteeringException Damaged(FormattableString what) =>
        new($"{Path} is damaged: {what.ToString(CultureInfo.InvariantCulture)}. Make the catalogue again with 'steer sae eval … --catalogue'.");

    private SteeringException Damaged(string what) => Damaged((FormattableString)$"{what}");

    private void CheckLatent(int latent)
    {
        if (latent < 0 || latent >= Info.LatentCount)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{Path}: there is no feature {latent}; the catalogue has features 0 to {Info.LatentCount - 1}."));
        }
    }
}
