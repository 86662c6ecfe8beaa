using System.Globalization;
using Microsoft.Data.Sqlite;
using Steering.IO;

namespace Steering.Catalogues;

/// <summary>
/// Writes a catalogue: one SQLite file that appears under its final name only when <see cref="Commit"/> is reached. Not
/// thread-safe.
/// </summary>
/// <example><code>
/// using var writer = FeatureCatalogueWriter.Create("sae/feature_catalogue.sqlite", info);
/// var excerpt = writer.AddExcerpt(new CatalogueExcerpt(0, 2, ["The", " heavy", " rain", " fell"]));
/// writer.AddFeature(new CatalogueFeature(1234, 17, 41.5f, 12.1f, null, 0, null));
/// writer.AddExample(1234, excerpt, [0, 3.1f, 41.5f, 0]);
/// writer.Commit();
/// </code></example>
public sealed class FeatureCatalogueWriter : IDisposable
{
    private readonly string _destination;
    private readonly string _temporary;
    private readonly CatalogueInfo _info;
    private readonly List<(byte Tokens, byte Peak)> _excerpts = [];
    private readonly HashSet<int> _features = [];
    private CatalogueConnection? _connection;
    private (int Latent, int Rank, float Activation) _last = (-1, 0, 0);

    private FeatureCatalogueWriter(string destination, CatalogueInfo info)
    {
        _destination = destination;
        _temporary = Leftovers.Name(destination);
        _info = info;
        _connection = CatalogueConnection.Open(_temporary, SqliteOpenMode.ReadWriteCreate);
    }

    /// <summary>Starts a catalogue.</summary>
    /// <param name="path">Final name, usually <see cref="FeatureCatalogue.FileName"/> in the autoencoder's folder; an existing file is replaced at <see cref="Commit"/>.</param>
    /// <param name="info">What it is about.</param>
    /// <exception cref="SteeringException">The folder does not exist or cannot be written, or the information cannot be.</exception>
    public static FeatureCatalogueWriter Create(string path, CatalogueInfo info)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(info);
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full) || !Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new SteeringException($"{full} cannot be written: {(Directory.Exists(full) ? "a folder has that name" : "its folder does not exist")}. Choose another name.");
        }

        if (info.LatentCount < 1 || info.HiddenSize < 1 || info.Tokens < 1 || info.TokensLeftOut < 0)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{full}: a catalogue of {info.LatentCount} latents of width {info.HiddenSize} over {info.Tokens} tokens cannot be."));
        }

        Leftovers.Sweep(Path.GetDirectoryName(full)!);
        var writer = new FeatureCatalogueWriter(full, info);
        try
        {
            writer.Guarded(connection => Start(connection, info));
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Adds a feature; the order does not matter, though ascending is quickest.</summary>
    /// <exception cref="SteeringException">No such latent, it was added already, or a number that cannot be.</exception>
    public void AddFeature(CatalogueFeature feature)
    {
        var wrong = !float.IsFinite(feature.MaxActivation) || feature.MaxActivation < 0 || !float.IsFinite(feature.MeanActivation) || !float.IsFinite(feature.NearestCosine)
            || feature.Fired < 0 || feature.Fired > _info.Tokens || feature.Latent < 0 || feature.Latent >= _info.LatentCount || feature.Nearest < 0 || feature.Nearest >= _info.LatentCount;
        if (wrong || !_features.Add(feature.Latent))
        {
            throw new SteeringException($"{_destination}: {(wrong ? "a number of this feature cannot be" : "this feature was added before")}: {feature}.");
        }

        Guarded(connection =>
        {
            connection.Run(
                "INSERT INTO features VALUES(@0, @1, @2, @3, @4, @5)",
                feature.Latent,
                feature.Fired,
                (double)feature.MaxActivation,
                (double)feature.MeanActivation,
                feature.Nearest,
                feature.Nearest is null ? null : (double)feature.NearestCosine);
            if (feature.Label is { } label)
            {
                connection.Run("INSERT INTO labels VALUES(@0, @1)", feature.Latent, label);
            }
        });
    }

    /// <summary>Adds an excerpt, which examples of several features may share.</summary>
    /// <returns>Its number, for <see cref="AddExample"/>.</returns>
    /// <exception cref="SteeringException">It has no token or too many, or its peak lies outside.</exception>
    public int AddExcerpt(CatalogueExcerpt excerpt)
    {
        ArgumentNullException.ThrowIfNull(excerpt);
        if (excerpt.Tokens.Count is 0 or > CatalogueExcerpt.MaximumTokens || excerpt.Peak < 0 || excerpt.Peak >= excerpt.Tokens.Count)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_destination}: an excerpt of {excerpt.Tokens.Count} tokens with its peak at {excerpt.Peak} cannot be; 1 to {CatalogueExcerpt.MaximumTokens} tokens."));
        }

        Guarded(connection => connection.Run("INSERT INTO excerpts VALUES(@0, @1, @2, @3, @4, @5)", _excerpts.Count, excerpt.Document, excerpt.Peak, PeakWord.Of(excerpt), ExcerptCodec.Lengths(excerpt.Tokens), excerpt.Text));
        _excerpts.Add(((byte)excerpt.Tokens.Count, (byte)excerpt.Peak));
        return _excerpts.Count - 1;
    }

    /// <summary>Adds an example of a feature; all examples of a feature come one after the other, strongest first.</summary>
    /// <param name="latent">The feature.</param>
    /// <param name="excerpt">What <see cref="AddExcerpt"/> returned.</param>
    /// <param name="activations">Its activation on every token of the excerpt; kept in steps of 1/255 of the peak's.</param>
    /// <exception cref="SteeringException">No such latent or excerpt, a wrong order, or numbers that cannot be.</exception>
    public void AddExample(int latent, int excerpt, IReadOnlyList<float> activations)
    {
        ArgumentNullException.ThrowIfNull(activations);
        if (latent < 0 || latent >= _info.LatentCount || excerpt < 0 || excerpt >= _excerpts.Count || activations.Count != _excerpts[excerpt].Tokens)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_destination}: an example of latent {latent} in excerpt {excerpt} with {activations.Count} activations does not fit what was added before."));
        }

        var peak = _excerpts[excerpt].Peak;
        var activation = activations[peak];
        var rank = latent == _last.Latent ? _last.Rank + 1 : 0;
        if (!float.IsFinite(activation) || activation <= 0 || (rank > 0 && activation > _last.Activation))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{_destination}: example {rank} of latent {latent} has activation {activation} on its peak; positive numbers, strongest first, were expected."));
        }

        Guarded(connection => connection.Run("INSERT INTO examples VALUES(@0, @1, @2, @3, @4)", latent, rank, excerpt, (double)activation, ExcerptCodec.Neighbours(activations, peak)));
        _last = (latent, rank, activation);
    }

    /// <summary>Builds the indexes, flushes to the disk and gives the file its name. Features never added are dead ones.</summary>
    /// <exception cref="SteeringException">The disk is full or the file cannot be written.</exception>
    public void Commit()
    {
        Guarded(connection =>
        {
            connection.Run("COMMIT");
            foreach (var (_, sql) in CatalogueSchema.Indexes)
            {
                connection.Run(sql);
            }

            connection.Run("INSERT INTO excerpt_text(excerpt_text) VALUES('rebuild')");
            connection.Run("INSERT INTO label_text(label_text) VALUES('rebuild')");
        });
        _connection!.Dispose();
        _connection = null;
        using (var stream = new FileStream(_temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Flush(flushToDisk: true);
        }

        File.Move(_temporary, _destination, overwrite: true);
    }

    /// <summary>Removes the unfinished file when <see cref="Commit"/> was not reached.</summary>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
        File.Delete(_temporary);
    }

    private static void Start(CatalogueConnection connection, CatalogueInfo info)
    {
        connection.Run("PRAGMA journal_mode = OFF");
        connection.Run("PRAGMA synchronous = OFF");
        connection.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {CatalogueSchema.ApplicationId}"));
        connection.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {CatalogueSchema.Version}"));
        foreach (var (_, sql) in CatalogueSchema.Statements)
        {
            connection.Run(sql);
        }

        connection.Run("BEGIN");
        foreach (var (key, value) in CatalogueInfoRows.Of(info))
        {
            connection.Run("INSERT INTO catalogue VALUES(@0, @1)", key, value);
        }
    }

    private void Guarded(Action<CatalogueConnection> action)
    {
        ObjectDisposedException.ThrowIf(_connection is null, this);
        try
        {
            action(_connection);
        }
        catch (SqliteException failure)
        {
            throw failure.SqliteErrorCode == CatalogueConnection.Full
                ? WriteFailure.Full(_destination, failure)
                : new SteeringException($"{_destination} cannot be written: {failure.Message}", failure);
        }
    }
}
